"""The table and the pictures of the peers, from the rows that trainings and counts left."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from studies.peers.rows import COLUMNS, dominated
from studies.tables.plots import Series, draw
from studies.tables.rows import write_table

Row = Mapping[str, Any]
#: Kinds of taggers in the pictures, by the beginning of their names: label, colour and marker.
LOOKS = {
    "jedi-linear-ordered": ("HGQ2 JEDI-linear, ordered", 1, "s"),
    "jedi-linear": ("HGQ2 JEDI-linear", 1, "o"),
    "deep-sets": ("HGQ2 Deep Sets", 1, "^"),
    "bdt": ("conifer BDT (observables not counted)", 2, "v"),
}
OURS = {
    "npelican": ("nanoPELICAN", 0, "o"),
    "vecnet": ("VecNet", 0, "D"),
    "lorentznet": ("LorentzNet", 0, "P"),
    "jedi-linear": ("our JEDI-linear", 0, "s"),
    "deepsets": ("our Deep Sets", 0, "^"),
}
SEARCH = ("nanoPELICAN of the search", 3, ".")
#: Sizes of the markers, by constituents.
SIZES = {8: 4.5, 16: 7, 32: 10}
#: Where the pictures begin; what lies lower is in the table.
LOWEST = {"auc": 0.93, "accuracy": 0.5}


def columns(row: Row) -> dict[str, Any]:
    """The row as the table has it."""
    return {name: row.get(name) for name in COLUMNS}


def kind(row: Row) -> tuple[str, int, str]:
    """Label, colour and marker."""
    looks = OURS if row["tool"] == "fpgajet" else LOOKS
    return next(look for name, look in looks.items() if row["model"].startswith(name))


def write(rows: Sequence[Row], path: Path, command: str, search: Path | None = None) -> None:
    """The CSV, and for two classes and for more a picture of the gain against LUTs."""
    ordered = sorted(rows, key=lambda row: (row["classes"], row["tool"], row["model"], -row["lut"]))
    write_table(path, [columns(row) for row in ordered], command)
    two = [row for row in ordered if row["classes"] == 2]
    many = [row for row in ordered if row["classes"] > 2]
    drawn = {"auc": ("AUC", "", [*series(two, "auc"), *_searched(search)])}
    if many:
        drawn["accuracy"] = ("accuracy", "-five", series(many, "accuracy"))
    for gain, (label, suffix, found) in drawn.items():
        picture = path.with_name(f"{path.stem}{suffix}.svg")
        draw(picture, found, "LUT", log=True, y_label=label, lowest=LOWEST[gain])


def series(rows: Sequence[Row], gain: str) -> list[Series]:
    """Filled where Yosys counted the cells, larger with more constituents; each kind is once in the legend."""
    groups: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
    for row in (row for row in rows if row[gain] >= LOWEST[gain]):
        look = (*kind(row), row["lut_by"] != "Yosys", row["constituents"])
        groups.setdefault(look, []).append((row["lut"], row[gain]))
    drawn: list[Series] = []
    for look in sorted(groups):
        label, colour, marker, estimated, constituents = look
        named = label in {one.label for one in drawn}
        size = SIZES[constituents]
        drawn.append(Series("" if named else label, groups[look], colour, estimated, marker, size))
    return drawn


def _searched(search: Path | None) -> list[Series]:
    """The front of the search, on its own test jets."""
    if search is None:
        return []
    with search.open(encoding="utf-8") as file:
        found = list(csv.DictReader(line for line in file if not line.startswith("#")))
    front = [row for row in found if row["front"] == "true" and row["auc_test"]]
    points = [(float(row["lut"]), float(row["auc_test"])) for row in front]
    label, colour, marker = SEARCH
    return [Series(label, [point for point in points if point[1] >= LOWEST["auc"]], colour, marker=marker)]


def front(rows: Sequence[Row], gain: str = "auc") -> list[Row]:
    """Rows that no other beats in both LUT and gain, the cheapest first."""
    kept = [row for row, beaten in zip(rows, dominated(rows, gain=gain), strict=True) if not beaten]
    return sorted(kept, key=lambda row: float(row["lut"]))


def at_equal_lut(rows: Sequence[Row], lut: float, gain: str = "auc") -> float | None:
    """Gain of a front at so many LUTs, straight in log LUT between its points; None below its cheapest.

    Above its most expensive point it stays what it is there.
    """
    line = front(rows, gain)
    if not line or lut < line[0]["lut"]:
        return None
    for left, right in pairwise(line):
        if left["lut"] <= lut < right["lut"]:
            part = math.log(lut / left["lut"]) / math.log(right["lut"] / left["lut"])
            return float(left[gain] + part * (right[gain] - left[gain]))
    return float(line[-1][gain])


def at_equal_gain(rows: Sequence[Row], wanted: float, gain: str = "auc") -> float | None:
    """LUTs of the front's cheapest network that has the gain, between its points as above; None if none has."""
    line = front(rows, gain)
    if line and line[0][gain] >= wanted:
        return float(line[0]["lut"])
    for left, right in pairwise(line):
        if right[gain] >= wanted:
            part = (wanted - left[gain]) / (right[gain] - left[gain])
            return float(left["lut"] * (right["lut"] / left["lut"]) ** part)
    return None
