"""Accuracy and error reduction against the number of target events, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpgajet.files import atomic_path
from studies.transfer.grid import PAIRS
from studies.transfer.summary import Mean, Point, Row, accuracies, error_reductions

COLOURS = ("#3f90da", "#bd1f01", "#ffa90e", "#832db6", "#94a4a2")
STYLES: dict[str, Any] = {"none": ":", "fixed": "-", "tuned": "--"}
NAMES = {"none": "no transfer", "fixed": "features fixed", "tuned": "features trained on"}


def draw(rows: Sequence[Row], folder: Path) -> None:
    """``transfer-accuracy.svg`` and ``transfer-error-reduction.svg``; bands are one standard deviation of the seeds."""
    _draw(accuracies(rows), "accuracy", folder / "transfer-accuracy.svg")
    _draw(error_reductions(rows), "error reduction", folder / "transfer-error-reduction.svg")


def _draw(means: Mapping[Point, Mean], label: str, path: Path) -> None:
    if not means:
        return
    import matplotlib as mpl
    import mplhep

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    panels = sorted(
        {(point.model, point.bits) for point in means}, key=lambda p: (-p[1], p[0] != "event-gnn")
    )
    # Equal rows give equal bytes, and letters stay letters.
    style: Any = {"svg.hashsalt": "fpgajet", "svg.fonttype": "none"}
    with plt.style.context(mplhep.style.ATLAS), mpl.rc_context(style):
        figure, axes = plt.subplots(
            1, len(panels), figsize=(5 * len(panels), 5), sharey=True, squeeze=False, layout="constrained"
        )
        for axis, panel in zip(axes[0], panels, strict=True):
            _panel(axis, {point: m for point, m in means.items() if (point.model, point.bits) == panel})
            axis.set_title(f"{panel[0]}, {panel[1]} bits", fontsize=12)
            axis.set_xscale("log")
            axis.set_xlabel("target events")
        axes[0][0].set_ylabel(label)
        _legend(axes[0][-1], means)
        with atomic_path(path) as temporary:
            figure.savefig(temporary, format="svg", metadata={"Date": None})
        plt.close(figure)


def _panel(axis: Any, means: Mapping[Point, Mean]) -> None:
    for pair, variant in dict.fromkeys((point.pair, point.variant) for point in means):
        chosen = {p.events: m for p, m in means.items() if (p.pair, p.variant) == (pair, variant)}
        x = sorted(chosen)
        values = [chosen[n].value for n in x]
        bounds = ([chosen[n].value + sign * chosen[n].spread for n in x] for sign in (-1, 1))
        colour = COLOURS[list(PAIRS).index(pair)]
        axis.plot(x, values, STYLES[variant], color=colour, marker="o", markersize=4)
        axis.fill_between(x, *bounds, color=colour, alpha=0.12, linewidth=0)


def _legend(axis: Any, means: Mapping[Point, Mean]) -> None:
    """Colours are pairs, line styles are variants."""
    from matplotlib.lines import Line2D

    pairs = [name for name in PAIRS if any(point.pair == name for point in means)]
    lines = [
        Line2D([], [], color=COLOURS[list(PAIRS).index(name)], label=" - ".join(PAIRS[name].processes))
        for name in pairs
    ]
    shown = dict.fromkeys(point.variant for point in means)
    lines += [
        Line2D([], [], color="black", linestyle=STYLES[v], label=NAMES[v]) for v in STYLES if v in shown
    ]
    axis.legend(handles=lines, fontsize=9, loc="upper left", bbox_to_anchor=(1.02, 1.0))
