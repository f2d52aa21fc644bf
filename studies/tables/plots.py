"""Pictures of the tables: our rows as filled markers, one a seed, published values as open ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.files import atomic_path

COLOURS = ("#3f90da", "#bd1f01", "#ffa90e", "#832db6")


@dataclass(frozen=True)
class Series:
    """Points of one kind: ``x`` and ``y`` by row, and how they look. One without a label is not in the legend."""

    label: str
    points: Sequence[tuple[float, float]]
    colour: int
    published: bool = False
    marker: str = "o"
    size: float = 7


def points(rows: Iterable[Mapping[str, Any]], x: str, y: str, **equal: Any) -> list[tuple[float, float]]:
    """(x, y) of the rows whose columns have the values of ``equal`` and that have a y."""
    chosen = (row for row in rows if all(row[key] == value for key, value in equal.items()))
    return [(float(row[x]), float(row[y])) for row in chosen if row[y] is not None]


def draw(
    path: Path,
    series: Sequence[Series],
    x_label: str,
    log: bool = False,
    y_label: str = "AUC",
    lowest: float | None = None,
) -> None:
    """``y_label`` against ``x_label``, as SVG; nothing happens where matplotlib is not installed.

    Args:
        lowest: where the axis of ``y_label`` begins.
    """
    try:
        import matplotlib as mpl
        import mplhep
    except ImportError:
        print(f"no {path.name}: install `pip install 'fpgajet[plot]'`")
        return
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    # Equal rows give equal bytes, and letters stay letters.
    style: Any = {"svg.hashsalt": "fpgajet", "svg.fonttype": "none"}
    with plt.style.context(mplhep.style.ATLAS), mpl.rc_context(style):
        figure, axes = plt.subplots(figsize=(7, 5))
        for one in series:
            if not one.points:
                continue
            face = "none" if one.published else COLOURS[one.colour]
            axes.plot(
                *zip(*one.points, strict=True), linestyle="",
                marker=one.marker, markersize=one.size, color=COLOURS[one.colour], markerfacecolor=face,
                label=one.label or "_",
            )  # fmt: skip
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if log:
            axes.set_xscale("log")
        axes.set_ylim(bottom=lowest)
        # Beside the points, not over them.
        axes.legend(fontsize=10, loc="upper left", bbox_to_anchor=(1.02, 1.0))
        with atomic_path(path) as temporary:
            figure.savefig(
                temporary, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.3
            )
        plt.close(figure)
