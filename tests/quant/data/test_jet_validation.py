"""`validate` finds what is wrong, by row, in every shard; `info` tells what is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from quant.data import Jets, write_jets
from quant.data.checking.duplicates import jet_hashes
from quant.data.checking.validation import validate
from quant.data.describing.facts import describe
from tests.toy_jets import toy_jets


def changed(jets: Jets, **arrays: np.ndarray) -> Jets:
    return Jets(**{**vars(jets), **arrays})


def kinds(path: Path, **options: object) -> dict[str, list[int]]:
    return {p.kind: p.rows.tolist() for p in validate(path, **options).problems}  # type: ignore[arg-type]


def test_good_jets(tmp_path: Path) -> None:
    write_jets(tmp_path / "a.h5", toy_jets())
    result = validate(tmp_path / "a.h5")
    assert result.good
    assert result.jets == 40


def test_rows_count_through_all_shards(tmp_path: Path) -> None:
    jets = toy_jets(60)
    p4 = jets.constituents.copy()
    p4[50, 0, 0] = np.nan
    write_jets(tmp_path / "a.h5", jets[:40])
    write_jets(tmp_path / "b.h5", changed(jets, constituents=p4)[40:])
    assert kinds(tmp_path) == {"not-finite": [50]}


def test_repeated_jets(tmp_path: Path) -> None:
    jets = toy_jets(20)
    write_jets(tmp_path / "a.h5", jets[np.array([0, 1, 2, 1, 3, 0])])
    assert kinds(tmp_path / "a.h5") == {"duplicate": [3, 5]}


def test_leaked_jets_are_found_whatever_the_number_of_slots(tmp_path: Path) -> None:
    train, test = toy_jets(100, 20, seed=1), toy_jets(30, 20, seed=2)
    write_jets(tmp_path / "train.h5", train)
    leak = changed(
        test, **{name: getattr(test, name).copy() for name in ("constituents", "multiplicity", "jet")}
    )
    for name in ("constituents", "multiplicity", "jet"):
        getattr(leak, name)[4] = getattr(train, name)[77]
    wide = np.pad(leak.constituents, ((0, 0), (0, 30), (0, 0)))
    write_jets(tmp_path / "test.h5", changed(leak, constituents=wide))
    assert kinds(tmp_path / "test.h5", against=[tmp_path / "train.h5"]) == {"leaked": [4]}


def test_multiplicity_and_jet_must_fit_the_constituents(tmp_path: Path) -> None:
    jets = toy_jets(20)
    multiplicity, jet = jets.multiplicity.copy(), jets.jet.copy()
    multiplicity[3] = 1
    jet[5, 0] *= 1.1
    jet[6, 3] = np.nan
    write_jets(tmp_path / "a.h5", changed(jets, multiplicity=multiplicity, jet=jet))
    found = kinds(tmp_path / "a.h5")
    assert found["multiplicity"] == [3]
    assert found["jet-kinematics"] == [5, 6]


def test_truncated_jets_are_no_disagreement(tmp_path: Path) -> None:
    jets = toy_jets(20)
    write_jets(tmp_path / "a.h5", changed(jets, constituents=jets.constituents[:, :2]))
    assert kinds(tmp_path / "a.h5") == {}


def test_hashes_ignore_padding_and_the_sign_of_zero() -> None:
    p4 = toy_jets(5, 4).constituents
    padded = np.pad(p4, ((0, 0), (0, 40), (0, 0)))
    padded[padded == 0] = -0.0
    np.testing.assert_array_equal(jet_hashes(p4), jet_hashes(padded))
    assert len(set(jet_hashes(p4).tolist())) == 5


def test_info_counts_and_separates(tmp_path: Path) -> None:
    jets = toy_jets(40)
    jets.jet[:, 3] = 100.0 + jets.label
    write_jets(tmp_path / "a.h5", jets)
    facts = describe(tmp_path)
    assert facts["jets"] == 40
    assert facts["classes"]["top"]["jets"] == 20
    assert facts["auc"]["mass"] == 1.0
    assert facts["classes"]["QCD"]["mean_multiplicity"] == pytest.approx(
        jets.multiplicity[jets.label == 0].mean(), abs=1e-3
    )
    assert facts["provenance"] == {"source": "toy"}


def test_info_of_a_file_without_jets_of_one_class(tmp_path: Path) -> None:
    jets = toy_jets(10)
    write_jets(tmp_path / "a.h5", jets[jets.label == 0])
    facts = describe(tmp_path / "a.h5")
    assert facts["classes"]["top"]["pt_gev_quantiles"] is None
    assert "auc" not in facts
