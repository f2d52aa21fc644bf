"""The jet file: what is written is read; what is damaged is refused."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from fpgajet.errors import BadInput, CannotWrite
from quant.data import Jets, JetWriter, iter_jets, read_jets, write_jets
from tests.toy_jets import toy_jets

ARRAYS = ("constituents", "multiplicity", "label", "jet")


def assert_equal(left: Jets, right: Jets) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))
        assert getattr(left, name).dtype == getattr(right, name).dtype
    assert left.classes == right.classes


def test_written_jets_are_read_back_exactly(tmp_path: Path) -> None:
    jets = toy_jets(3000, 20)
    write_jets(tmp_path / "a.h5", jets)
    back = read_jets(tmp_path / "a.h5")
    assert_equal(back, jets)
    assert back.provenance == {"source": "toy"}


def test_equal_jets_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        write_jets(tmp_path / name, toy_jets())
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_leading_constituents_and_first_jets(tmp_path: Path) -> None:
    jets = toy_jets(50, 8)
    write_jets(tmp_path / "a.h5", jets)
    part = read_jets(tmp_path / "a.h5", max_jets=7, constituents=3)
    np.testing.assert_array_equal(part.constituents, jets.constituents[:7, :3])
    wide = read_jets(tmp_path / "a.h5", constituents=12)
    np.testing.assert_array_equal(wide.constituents[:, :8], jets.constituents)
    assert not wide.constituents[:, 8:].any()


def test_a_directory_of_shards_is_one_data_set(tmp_path: Path) -> None:
    jets = toy_jets(100)
    write_jets(tmp_path / "b.h5", jets[60:])
    write_jets(tmp_path / "a.h5", jets[:60])
    assert_equal(read_jets(tmp_path), jets)
    assert [len(piece) for piece in iter_jets(tmp_path, chunk=50)] == [50, 10, 40]


def test_writing_piece_by_piece_pads_narrow_pieces(tmp_path: Path) -> None:
    jets = toy_jets(30, 5)
    with JetWriter(tmp_path / "a.h5", classes=jets.classes, constituents=9, provenance={}) as writer:
        writer.append(jets[:10])
        writer.append(jets[10:])
    back = read_jets(tmp_path / "a.h5")
    np.testing.assert_array_equal(back.constituents[:, :5], jets.constituents)
    assert back.constituents.shape == (30, 9, 4)


def test_a_failed_writer_leaves_nothing(tmp_path: Path) -> None:
    jets = toy_jets()

    def fail() -> None:
        with JetWriter(tmp_path / "a.h5", classes=jets.classes, constituents=6, provenance={}) as writer:
            writer.append(jets)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "jets").write_text("")
    with pytest.raises(CannotWrite, match="cannot write"):
        write_jets(tmp_path / "jets" / "a.h5", toy_jets())


def edit(path: Path, what: str) -> None:
    """Damage a good jet file."""
    if what == "truncated":
        path.write_bytes(path.read_bytes()[:-500])
    elif what == "text":
        path.write_text("not HDF5")
    else:
        with h5py.File(path, "r+") as file:
            changes = {
                "foreign": lambda: file.attrs.__delitem__("layout"),
                "version": lambda: file.attrs.__setitem__("layout_version", 99),
                "dataset": lambda: file.__delitem__("jet"),
                "classes": lambda: file.attrs.__setitem__("classes", "{"),
                "provenance": lambda: file.attrs.__setitem__("provenance", json.dumps([])),
                "rows": lambda: file["label"].resize(3, axis=0),
                "label": lambda: file["label"].__setitem__(0, 7),
            }
            changes[what]()


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("truncated", "truncated"),
        ("text", "cannot be opened as HDF5"),
        ("foreign", "not a jet file of fpgajet"),
        ("version", "layout version 99"),
        ("dataset", "lacks the dataset.* jet"),
        ("classes", "classes is missing or is not JSON"),
        ("provenance", "must be a JSON dict"),
        ("rows", r"dataset constituents has shape \[40, 6, 4\], expected \[3, 6, 4\]"),
        ("label", "label must be whole numbers from 0 to 1, found 7 in row 0"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, what: str, message: str) -> None:
    path = tmp_path / "a.h5"
    write_jets(path, toy_jets())
    edit(path, what)
    with pytest.raises(BadInput, match=message):
        read_jets(path)


def test_missing_files_empty_directories_and_wrong_numbers(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        read_jets(tmp_path / "none.h5")
    with pytest.raises(BadInput, match=r"without any \.h5"):
        read_jets(tmp_path)
    write_jets(tmp_path / "a.h5", toy_jets())
    with pytest.raises(BadInput, match="at least 1"):
        read_jets(tmp_path / "a.h5", max_jets=0)


def test_shards_of_other_classes_are_refused(tmp_path: Path) -> None:
    write_jets(tmp_path / "a.h5", toy_jets())
    write_jets(tmp_path / "b.h5", toy_jets(classes=("q", "g")))
    with pytest.raises(BadInput, match="one data set in one directory"):
        read_jets(tmp_path)


def test_arrays_that_do_not_fit_are_not_written(tmp_path: Path) -> None:
    jets = toy_jets()
    wrong = Jets(**{**vars(jets), "multiplicity": jets.multiplicity[:3]})
    with pytest.raises(BadInput, match="does not match"):
        write_jets(tmp_path / "a.h5", wrong)
    wrong = Jets(**{**vars(jets), "constituents": jets.constituents[..., :3]})
    with pytest.raises(BadInput, match="cannot write constituents"):
        write_jets(tmp_path / "a.h5", wrong)
    assert list(tmp_path.iterdir()) == []
