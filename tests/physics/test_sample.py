"""Titles of plots say what a jet file says of itself, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fpgajet.physics.sample import described
from fpgajet.pipeline.jets import shipped_sample
from quant.data import read_jets

json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
names = st.sampled_from(
    ["recipe", "selection", "pythia_settings", "versions", "QCD", "pt_min", "radius", "mode"]
)


def test_the_shipped_sample() -> None:
    provenance = read_jets(shipped_sample(), max_jets=10).provenance
    expected = "Pythia 8, √s = 14 TeV, delphes-atlas, anti-kT R = 0.8, 550 < pT < 650 GeV"
    assert described(provenance) == expected


def test_energies_that_differ_are_not_given() -> None:
    lines = {"QCD": ["Beams:eCM = 14000"], "top": ["Beams:eCM = 13000"]}
    assert described({"pythia_settings": lines}) == ""
    assert described({"pythia_settings": {"QCD": ["Beams:eCM=13600."]}}) == "√s = 13.6 TeV"


@given(st.dictionaries(names, json | st.dictionaries(names, json)))
def test_anything_may_stand_there(provenance: dict[str, object]) -> None:
    assert isinstance(described(provenance), str)
