"""Boosted trees: what they read, and that conifer's C++ takes the decisions of xgboost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.ops.forms.objects import TYPES
from quant.data import Jets, read_jets, shipped_sample, write_jets
from studies.trees.boosting import boosted_trees_row
from studies.trees.features import B_JET, JET, LARGEST, LEPTON, MISSING, STEPS, features

EVENTS = Path(__file__).parents[2] / "quant/data/samples/events.h5"


def test_codes_are_those_of_the_input_form() -> None:
    assert [TYPES[code - 1] for code in (LEPTON, MISSING, B_JET, JET)] == ["lepton", "missing", "b", "jet"]


def test_features_of_an_event_by_hand() -> None:
    """A lepton along x and missing pT against it, two b jets back to back along y, one jet along x."""
    objects = np.zeros((1, 6, 5), np.float32)
    objects[0, :5] = [
        [200, 0, 200, 0, B_JET], [100, 0, -100, 0, B_JET], [50, 50, 0, 0, JET], [40, 40, 0, 0, LEPTON],
        [30, -30, 0, 0, MISSING],
    ]  # fmt: skip
    jets = Jets(
        objects, np.array([5], np.int16), np.zeros(1, np.uint8), np.zeros((1, 4), np.float32), ("a", "b")
    )
    names, found = features(jets)
    got = {name: value / STEPS.get(name, 1.0) for name, value in zip(names, found[0], strict=True)}
    assert got["jets"] == 3
    assert got["b jets"] == 2
    assert got["HT (GeV)"] == 350
    assert (got["lepton pT (GeV)"], got["missing pT (GeV)"]) == (40, 30)
    expected = {
        "transverse mass (GeV)": np.sqrt(4 * 40 * 30),
        "m_bb (GeV)": np.sqrt(300**2 - 100**2),
        "largest m_ij (GeV)": np.sqrt(4 * 200 * 100),
        "mass (GeV)": np.sqrt(420**2 - 60**2 - 100**2),
        "spread": 0.0,
    }
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, abs=0.5 / STEPS[name]), name


def test_features_are_integers_of_16_bits() -> None:
    for sample, objects in ((shipped_sample(), False), (EVENTS, True)):
        names, found = features(read_jets(sample, constituents=8, max_jets=100, objects=objects))
        assert found.shape == (100, len(names))
        assert np.array_equal(found, np.rint(found))
        assert np.abs(found).max() <= LARGEST
        assert (found.std(0) > 0).all(), names


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_the_firmware_of_conifer_decides_as_xgboost(tmp_path: Path) -> None:
    pytest.importorskip("conifer")
    pytest.importorskip("xgboost")
    events = read_jets(EVENTS, objects=True)
    write_jets(tmp_path / "train.h5", events[np.arange(0, 600, 2)])
    write_jets(tmp_path / "test.h5", events[np.arange(1, 600, 2)])
    row = boosted_trees_row(
        tmp_path, 6, "xcvu13p-flga2577-2-e", 320.0, tmp_path / "bdt", objects=True, trees=5, depth=3
    )
    assert row["auc"] > 0.75
    # Each leaf is cut off at 2^-14, and so is the logarithm of odds that all begin with.
    assert row["largest_difference"] < 6 * 2**-14
    assert row["same_decision"] > 0.99
    assert row["conifer_estimate_lut"] > 0
    assert (row["train"], row["test"], row["trees"]) == (300, 300, 5)
