"""Tables of jets: Parquet with lists or one column per number, CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput, MissingTool
from quant.data import Jets
from quant.data.conversion.detection import detect
from tests.quant.data.converted import converted
from tests.toy_jets import toy_jets

SLOTS = 6


def flat_columns(jets: Jets, names: str = "{}_{}") -> dict[str, np.ndarray]:
    return {
        names.format(component, slot): jets.constituents[:, slot, k]
        for slot in range(SLOTS)
        for k, component in enumerate(("E", "PX", "PY", "PZ"))
    }


def list_columns(jets: Jets) -> dict[str, list[np.ndarray]]:
    names = ("part_energy", "part_px", "part_py", "part_pz")
    return {
        name: [row[:size, k] for row, size in zip(jets.constituents, jets.multiplicity, strict=True)]
        for k, name in enumerate(names)
    }


@pytest.mark.parametrize("layout", ["lists", "one-hot", "flat"])
def test_parquet(layout: str, tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    jets = toy_jets(40, SLOTS)
    columns: dict[str, Any] = flat_columns(jets) if layout == "flat" else list_columns(jets)
    if layout == "one-hot":
        columns |= {"label_top": jets.label == 1, "label_QCD": jets.label == 0}
    else:
        columns["label"] = jets.label
    path = tmp_path / "a.data"  # known by its content
    parquet.write_table(pyarrow.table(columns), path, row_group_size=7)
    assert detect(path) == "parquet"
    _, found = converted(path)
    assert found.classes == ("QCD", "top")
    np.testing.assert_array_equal(found.constituents[:, :SLOTS], jets.constituents)
    np.testing.assert_array_equal(found.label, jets.label)


def test_parquet_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    jets = toy_jets(10, SLOTS)
    path = tmp_path / "a.parquet"

    def refuse(columns: dict[str, Any], message: str) -> None:
        parquet.write_table(pyarrow.table(columns), path)
        with pytest.raises(BadInput, match=message):
            converted(path)

    lists = list_columns(jets)
    refuse(lists, "one column must hold the label")
    refuse(lists | {"label": [1.5] * 10}, "whole numbers")
    refuse(lists | {"label": [None] + [1] * 9}, "missing values")
    refuse(lists | {"label": ["top"] * 10}, "must be numbers")
    refuse(
        {name: column for name, column in lists.items() if name != "part_pz"} | {"label": jets.label}, "lacks"
    )
    refuse(lists | {"part_pz": lists["part_pz"][::-1], "label": jets.label}, "differ in their number")
    refuse(lists | {"part_pz": jets.label, "label": jets.label}, "one list per jet")
    refuse(flat_columns(jets) | {"E_0": jets.label, "label": jets.label}, "floating-point")
    for content in (b"PAR1" + bytes(40) + b"PAR1", path.read_bytes()[:-20]):
        path.write_bytes(content)
        with pytest.raises(BadInput, match="not a complete Parquet file"):
            converted(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingTool, match=r"pip install 'fpgajet\[parquet\]'"):
        converted(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("names", ["{}_{}", "{}{}"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv(separator: str, names: str, encoding: str, tmp_path: Path) -> None:
    jets = toy_jets(40, SLOTS)
    columns: dict[str, Any] = flat_columns(jets, names) | {
        "is_signal_new": jets.label,
        "comment": ["a jet"] * 40,
    }
    lines = [separator.join(columns)]
    lines += [separator.join(str(column[row]) for column in columns.values()) for row in range(40)]
    (tmp_path / "a.csv").write_text("\r\n".join(lines) + "\r\n\r\n", encoding=encoding, newline="")
    _, found = converted(tmp_path / "a.csv")
    np.testing.assert_array_equal(found.constituents, jets.constituents)
    np.testing.assert_array_equal(found.label, jets.label)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("1,2,3,4,0\n", "first line must name"),
        ("E_0,PX_0,PY_0,PZ_0\n1,1,0,0\n", "one column must hold the label"),
        ("E_0,PX_0,PY_0,label\n1,1,0,0\n", "lacks the column 'PZ_0'"),
        ("E_0,PX_0,PY_0,PZ_0,label\n1,1,0,0\n", "row 0 has 4 cells"),
        ("E_0,PX_0,PY_0,PZ_0,label\n1,1,0,,1\n", "row 0, column PZ_0: '' is no number"),
        ("E_0;PX_0;PY_0;PZ_0;label\n1,5;1;0;0;1\n", "decimal points instead of commas"),
        ("E_0,PX_0,PY_0,PZ_0,label\n1,1,0,0,top\n", "labels are numbers from 0 on, of the classes QCD, top"),
        ("E_0,PX_0,PY_0,PZ_0,label\n1,1,0,0,nan\n", "whole numbers"),
        ("E_0,PX_0,PY_0,PZ_0,label\nnan,1,0,0,1\n", "NaN"),
        ("E_0,E_0,PX_0,PY_0,PZ_0,label\n1,1,1,0,0,1\n", "the same name"),
        ("E_0,PX_0,PY_0,PZ_0,label\n", "no jet to write"),
        ("x" * (1 << 22), "no table of jets"),
        ("\udcff", "cannot be read"),
    ],
)
def test_csv_that_cannot_be_used(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=message):
        converted(tmp_path / "a.csv")
