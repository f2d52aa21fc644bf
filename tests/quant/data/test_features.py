"""Features of constituents in jet files: written, read by name, checked."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.data import check_jets, concatenate, iter_jets, read_events, read_jets, validate, write_jets
from quant.data.checking.identity import identity
from quant.data.describing.facts import describe
from tests.feature_jets import CHARGE, WEIGHT, feature_jets
from tests.toy_jets import toy_jets


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_jets(tmp_path / "jets.h5", feature_jets(30))
    return tmp_path / "jets.h5"


def test_features_are_read_by_name(path: Path) -> None:
    jets = feature_jets(30)
    plain = read_jets(path)
    np.testing.assert_array_equal(plain.constituents, jets.bare)
    assert plain.features == ()
    np.testing.assert_array_equal(read_jets(path, features=None).constituents, jets.constituents)
    one = read_jets(path, features=["weight"], constituents=6)
    assert (one.features, one.constituents.shape, one.objects) == ((WEIGHT,), (30, 6, 5), False)
    np.testing.assert_array_equal(one.constituents[:, :4, 4], jets.constituents[..., 5])
    assert (one[3:5].features, concatenate([one, one]).features) == ((WEIGHT,), (WEIGHT,))
    turned = read_jets(path, features=["weight", "charge"], max_jets=7).constituents
    np.testing.assert_array_equal(turned, jets.constituents[:7][..., [0, 1, 2, 3, 5, 4]])
    np.testing.assert_array_equal(read_events(path, 4, features=["charge"]), jets.constituents[..., :5])


def test_what_a_file_lacks_is_named(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no feature z0 of constituents.*it has charge, weight"):
        read_jets(path, features=["charge", "z0"])
    write_jets(tmp_path / "plain.h5", toy_jets(5))
    with pytest.raises(BadInput, match="it has none"):
        read_jets(tmp_path / "plain.h5", features=["charge"])
    np.save(tmp_path / "events.npy", toy_jets(5).constituents)
    with pytest.raises(BadInput, match=r"constituents, 5\] with E, px, py, pz in GeV, charge"):
        read_events(tmp_path / "events.npy", 6, features=["charge"])


def test_facts_name_them(path: Path, tmp_path: Path) -> None:
    assert describe(path)["features"] == [vars(CHARGE), vars(WEIGHT)]
    write_jets(tmp_path / "plain.h5", toy_jets(5))
    assert "features" not in describe(tmp_path / "plain.h5")


def test_identities_are_of_momenta(path: Path, tmp_path: Path) -> None:
    """Whether a model has seen a jet does not depend on what else is known of it."""
    write_jets(tmp_path / "plain.h5", toy_jets(30, 4))
    assert identity(path).sha256 == identity(tmp_path / "plain.h5").sha256


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [(4, 2.0, "feature-range-charge"), (5, np.nan, "feature-not-finite-weight")],
)
def test_impossible_values_are_found(path: Path, column: int, value: float, kind: str) -> None:
    assert validate(path).good
    jets = feature_jets(30)
    jets.constituents[11, 0, column] = value
    write_jets(path, jets)
    problems = {problem.kind: problem.rows.tolist() for problem in validate(path).problems}
    assert problems == {kind: [11]}
    with pytest.raises(BadInput, match=r"cannot be used: .*charge|weight"):
        check_jets(jets, source="these")


def test_an_empty_slot_has_no_features(path: Path) -> None:
    jets = feature_jets(30)
    row = int(np.flatnonzero(jets.constituents[:, -1, 0] == 0)[0])
    jets.constituents[row, -1, 5] = 0.5
    write_jets(path, jets)
    assert [(p.kind, p.rows.tolist()) for p in validate(path).problems] == [("feature-padding-weight", [row])]


@pytest.mark.parametrize(
    "given",
    ["[]", "[1]", '[{"name": "charge", "low": 1, "high": 0}]', '[{"name": "charge"}]',
     '[{"name": "a", "low": 0, "high": 1}, {"name": "a", "low": 0, "high": 1}]'],
)  # fmt: skip
def test_damaged_descriptions_are_refused(path: Path, given: str) -> None:
    with h5py.File(path, "a") as file:
        file.attrs["features"] = given
    with pytest.raises(BadInput, match="attribute features"):
        read_jets(path)


def test_dataset_and_description_belong_together(path: Path, tmp_path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file.attrs["features"]
    with pytest.raises(BadInput, match="dataset features"):
        read_jets(path)
    write_jets(path, feature_jets(30))
    with h5py.File(path, "a") as file:
        file.attrs["features"] = json.dumps([vars(CHARGE)])
    with pytest.raises(BadInput, match="features has shape"):
        read_jets(path)
    folder = tmp_path / "shards"
    folder.mkdir()
    write_jets(folder / "a.h5", feature_jets(3))
    write_jets(folder / "b.h5", toy_jets(3, 4))
    with pytest.raises(BadInput, match="other features"):
        list(iter_jets(folder, features=None))
