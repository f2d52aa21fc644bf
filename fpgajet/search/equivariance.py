"""The equivariance map of a search over VecNet: Figure 3 of arXiv 2202.06941, with the hardware beside it.

Upwards more scalars and vectors, to the right more features without symmetry: full equivariance is at the upper left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fpgajet.report.svg import WIDTH, Picture
from fpgajet.report.words import number
from fpgajet.search.results import Row
from fpgajet.search.search_settings import SearchSettings
from fpgajet.search.sensitivity import settings_of

CHANNELS = ("scalar", "vector", "hidden")
#: shades from the worst cell to the best
SHADES = 6
STYLE = (
    "".join(
        f".heat{shade} {{ fill: var(--c2); fill-opacity: {0.08 + 0.15 * shade:.2f}; }}"
        for shade in range(SHADES)
    )
    + ".paper { fill: none; stroke: currentColor; stroke-width: 1.4; }"
)
#: the most resource-efficient configuration of the paper
PAPER = {"scalar": 8, "vector": 2, "hidden": 4}
#: bins of a width that has more values than these, (N_1, N_2] as in the paper
MOST = 6
EDGES = (0, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class Cell:
    """Trials of one region: place (column, row), the best value, how many there are."""

    column: int
    row: int
    best: float
    trials: int


@dataclass(frozen=True)
class Map:
    """A grid: names of columns and rows (from below), and the cells that have trials."""

    columns: list[str]
    rows: list[str]
    cells: list[Cell]


def equivariance_map(settings: SearchSettings, rows: Sequence[Row], figure: str) -> Map | None:
    """The best value of a figure by numbers of channels; None where the space does not vary all three."""
    known = [row for row in rows if row.state == "complete" and row.figures.get(figure) is not None]
    given = [settings_of(settings, row) for row in known]
    if not given or any(name not in one for one in given for name in CHANNELS):
        return None
    bins = {name: _binned([one[name] for one in given]) for name in CHANNELS}
    across = sorted({bins["hidden"](one["hidden"]) for one in given})
    upwards = sorted({(bins["scalar"](one["scalar"]), bins["vector"](one["vector"])) for one in given})
    best = min if figure == "lut" else max
    values: dict[tuple[int, int], list[float]] = {}
    for one, row in zip(given, known, strict=True):
        place = bins["scalar"](one["scalar"]), bins["vector"](one["vector"])
        at = across.index(bins["hidden"](one["hidden"])), upwards.index(place)
        values.setdefault(at, []).append(float(row.figures[figure] or 0.0))
    cells = [Cell(*at, best(found), len(found)) for at, found in sorted(values.items())]
    return Map([text for _, text in across], [f"s {s[1]}, v {v[1]}" for s, v in upwards], cells)


def _binned(values: Sequence[int]) -> Callable[[int], tuple[int, str]]:
    """To the bin of a number of channels: its order and its name."""
    if len(set(values)) <= MOST:
        return lambda value: (value, str(value))

    def bin_of(value: int) -> tuple[int, str]:
        place = next((k for k, edge in enumerate(EDGES) if value <= edge), len(EDGES))
        low = EDGES[place - 1] if place else 0
        if place == len(EDGES):
            return place, f"> {EDGES[-1]}"
        return place, f"{low + 1} - {EDGES[place]}" if place else "0"

    return bin_of


def map_picture(settings: SearchSettings, rows: Sequence[Row], figure: str, title: str) -> Picture | None:
    """The map as a picture: shades from the worst cell to the best, and the value in each."""
    found = equivariance_map(settings, rows, figure)
    if found is None:
        return None
    picture = Picture(
        f"{title} by scalars, vectors and features",
        f"Best {title} of the complete trials of each region; upwards more scalars (s) and vectors (v), to the right "
        "more features without symmetry. Darker is better.",
        height=64.0 + 24 * len(found.rows),
    )
    left, top, bottom = 66.0, 26.0, picture.height - 38
    width, height = (WIDTH - left - 8) / len(found.columns), (bottom - top) / len(found.rows)
    signed = [-cell.best if figure == "lut" else cell.best for cell in found.cells]
    low, size = min(signed), (max(signed) - min(signed)) or 1.0
    picture.text(left, 15, title, "label")
    for cell, value in zip(found.cells, signed, strict=True):
        x, y = left + width * cell.column, bottom - height * (cell.row + 1)
        shade = min(int(SHADES * (value - low) / size), SHADES - 1)
        name = f"{found.rows[cell.row]}, h {found.columns[cell.column]}"
        text = f"{cell.best:.4f}" if figure == "auc" else number(cell.best, 3)
        picture.rectangle(x, y, width, height, f"heat{shade}", f"{name}: {text}, {cell.trials} trials")
        picture.text(x + width / 2, y + height / 2 + 4, text, "label", "middle")
        if name == "s {scalar}, v {vector}, h {hidden}".format(**PAPER):
            picture.rectangle(
                x + 1.5, y + 1.5, width - 3, height - 3, "paper", "the paper's most efficient one"
            )
    for index, text in enumerate(found.columns):
        picture.text(left + width * (index + 0.5), bottom + 14, text, "label", "middle")
    for index, text in enumerate(found.rows):
        picture.text(left - 5, bottom - height * (index + 0.5) + 4, text, "label", "end")
    picture.text(WIDTH - 8, bottom + 30, "features h", "label", "end")
    return picture


def as_json(found: Map) -> dict[str, Any]:
    """For ``--json``: cells with the names of their column and row."""
    cells = [
        {"channels": found.rows[c.row], "hidden": found.columns[c.column], "best": c.best, "trials": c.trials}
        for c in found.cells
    ]
    return {"cells": cells}
