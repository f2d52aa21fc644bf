"""Events of objects: the file layout, what is refused, and the toy reconstruction."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.physics.boosts import boosts_of
from fpgajet.pipeline.jets import bare_events, labelled_jets, shipped_sample
from quant.data import JetFile, Jets, check_constituents, read_jets, validate, write_jets
from quant.data.generation.generator import generate
from quant.data.generation.objects import Kinematics, _tag_probability
from quant.data.generation.presets import preset
from quant.data.generation.recipe import make_recipe
from tests.events_network import event_network
from tests.toy_jets import toy_jets

EVENTS = shipped_sample(objects=True)


@pytest.fixture(scope="module")
def sample() -> Jets:
    return read_jets(EVENTS, objects=True)


def test_the_shipped_events(sample: Jets) -> None:
    assert EVENTS.stat().st_size < 100_000
    assert validate(EVENTS).good
    assert sample.objects
    assert sample.constituents.shape == (600, 8, 5)
    assert np.bincount(sample.label).tolist() == [300, 300]
    codes = sample.constituents[..., 4]
    assert ((codes == 1).sum(1) == 1).all(), "one lepton"
    assert ((codes == 2).sum(1) == 1).all(), "one missing pT"
    assert (sample.constituents[codes == 2][:, 3] == 0).all()


def test_a_file_comes_back_as_it_was(sample: Jets, tmp_path: Path) -> None:
    path = tmp_path / "events.h5"
    write_jets(path, sample[:20])
    again = read_jets(path, constituents=10, objects=None)
    np.testing.assert_array_equal(again.constituents[:, :8], sample.constituents[:20])
    assert not again.constituents[:, 8:].any()
    assert bare_events(path, 6, objects=True).shape == (20, 6, 5)
    with JetFile(path) as file:
        assert file.objects


def test_events_are_no_jets_and_jets_no_events(sample: Jets, tmp_path: Path) -> None:
    jets = tmp_path / "jets.h5"
    write_jets(jets, toy_jets(8))
    with pytest.raises(BadInput, match="holds jets, and the model reads events"):
        labelled_jets(jets, 6, None, objects=True)
    with pytest.raises(BadInput, match="holds events of objects, and jets are wanted"):
        labelled_jets(EVENTS, 6, None)
    np.save(tmp_path / "jets.npy", sample.constituents[:5, :, :4])
    with pytest.raises(BadInput, match=r"\[jets, constituents, 5\]"):
        bare_events(tmp_path / "jets.npy", 8, objects=True)


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("types", ["lepton"], "objects of the types"),
        ("units", "MeV", "momenta in 'MeV'"),
        ("layout", "fpgajet-jets", "has shape"),
    ],
)
def test_files_of_another_kind_are_refused(
    tmp_path: Path, attribute: str, value: object, message: str
) -> None:
    path = tmp_path / "events.h5"
    path.write_bytes(EVENTS.read_bytes())
    with h5py.File(path, "r+") as file:
        file.attrs[attribute] = json.dumps(value) if isinstance(value, list) else value
    with pytest.raises(BadInput, match=message):
        read_jets(path, objects=True)


@pytest.mark.parametrize(("row", "code"), [(0, 5.0), (0, 0.0), (-1, 1.0), (0, 1.5)])
def test_types_are_checked(sample: Jets, row: int, code: float) -> None:
    wrong = sample.constituents[:10].copy()
    check_constituents(wrong)
    event = int(np.flatnonzero(wrong[:, -1, 0] == 0)[0])
    wrong[event, row, 4] = code
    with pytest.raises(BadInput, match="type is not 1 to 4"):
        check_constituents(wrong)


def test_boosts_leave_types_alone(sample: Jets) -> None:
    changes = boosts_of(event_network(), sample.constituents[:, :6], betas=(0.0, 0.5), jets=100)
    assert changes["quantile_90"][0] == 0
    assert changes["quantile_90"][1] > 0.1


def test_the_reconstruction_is_a_function_of_its_seed() -> None:
    recipe = make_recipe(preset("events") | {"classes": ["ttbar", "ttH"], "constituents": 6})
    first, again = (generate(recipe, "ttH", 20, (7,)) for _ in range(2))
    np.testing.assert_array_equal(first.constituents, again.constituents)
    check_constituents(first.constituents)
    assert first.constituents.shape == (20, 6, 5)
    assert (first.label == 1).all()
    assert (first.constituents[..., 4] == 3).sum() > 20, "ttH has four b quarks"


def test_tags_follow_the_heaviest_hadron() -> None:
    jets = Kinematics(p4=np.array([[50.0, 50, 0, 0], [50, 0, 50, 0], [50, -50, 0, 0]]))
    nothing: NDArray[np.float64] = np.zeros((0, 2))
    b, c = np.array([[0.0, 0.1]]), np.array([[0.0, 0.0], [0.0, np.pi / 2], [0.0, 3.1]])
    assert _tag_probability(jets, [nothing, nothing]).tolist() == [0.01, 0.01, 0.01]
    assert _tag_probability(jets, [b, c]).tolist() == [0.75, 0.12, 0.12]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"classes": ["QCD", "ttbar"]}, "unknown class 'QCD'; known: ttbar"),
        ({"constituents": 40}, "2 to 16 objects"),
        ({"mode": "truth", "constituents": 8}, "unknown class 'ttbar'; known: QCD"),
    ],
)
def test_recipes_that_cannot_be(content: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        make_recipe(preset("events") | content)
