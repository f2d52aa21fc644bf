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
#: Kinds of taggers in the pictures, by the beginning of their names, and how they look.
LOOKS = {
    "jedi-linear-ordered": ("HGQ2 JEDI-linear, ordered", 1, "s"),
    "jedi-linear": ("HGQ2 JEDI-linear, invariant", 1, "o"),
    "deep-sets": ("HGQ2 Deep Sets", 1, "^"),
    "bdt": ("conifer BDT", 2, "v"),
}
OURS = ("nanoPELICAN", 0, "o"), ("other models of fpgajet", 0, "s")
SEARCH = ("nanoPELICAN of the search (estimated LUT)", 3, ".")


def columns(row: Row) -> dict[str, Any]:
    """The row as the table has it."""
    return {name: row.get(name) for name in COLUMNS}


def kind(row: Row) -> tuple[str, int, str]:
    """Label, colour and marker."""
    if row["tool"] == "fpgajet":
        return OURS[0 if row["model"].startswith("npelican") else 1]
    return next(look for name, look in LOOKS.items() if row["model"].startswith(name))


def write(rows: Sequence[Row], path: Path, command: str, search: Path | None = None) -> None:
    """The CSV, and for two classes and for more a picture of the gain against LUTs."""
    ordered = sorted(rows, key=lambda row: (row["classes"], row["tool"], row["model"], -row["lut"]))
    write_table(path, [columns(row) for row in ordered], command)
    two = [row for row in ordered if row["classes"] == 2]
    many = [row for row in ordered if row["classes"] > 2]
    draw(path.with_suffix(".svg"), [*_series(two, "auc"), *_searched(search)], "LUT", log=True)
    if many:
        draw(
            path.with_name(path.stem + "-five.svg"),
            _series(many, "accuracy"),
            "LUT",
            log=True,
            y_label="accuracy",
        )


def _series(rows: Sequence[Row], gain: str) -> list[Series]:
    looks = list(dict.fromkeys(kind(row) for row in rows))
    return [
        Series(label, [(row["lut"], row[gain]) for row in rows if kind(row) == (label, colour, marker)], colour,
               published=label.endswith("ordered"), marker=marker)
        for label, colour, marker in looks
    ]  # fmt: skip


def _searched(search: Path | None) -> list[Series]:
    """The front of the search, on its own test jets."""
    if search is None:
        return []
    with search.open(encoding="utf-8") as file:
        found = list(csv.DictReader(line for line in file if not line.startswith("#")))
    front = [row for row in found if row["front"] == "true" and row["auc_test"]]
    label, colour, marker = SEARCH
    return [
        Series(label, [(float(row["lut"]), float(row["auc_test"])) for row in front], colour, marker=marker)
    ]


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
