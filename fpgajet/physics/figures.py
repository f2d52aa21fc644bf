"""Figures of ``eval`` and ``compare``: ROC curves and the equivariance study, in the style of mplhep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fpgajet.physics.equivariance import TRANSFORMATIONS
from fpgajet.plotting import COLOURS, DASHES, physics_axes
from fpgajet.report.words import measured
from quant.metrics import area, background_errors, roc_curve, tagging_errors, thinned

#: units of a transformation's size, as a figure shows them
UNITS = {"beta": r"$\beta = v/c$"}
#: points kept of a curve: more are not seen, and files stay small
POINTS = 600


def plot_roc(
    curves: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], out: Path, title: str = "", sample: str = ""
) -> None:
    """Background efficiency (logarithmic) over signal efficiency (linear), one curve for each (label, score).

    Bands are one standard deviation from the number of jets (:func:`quant.metrics.background_errors`).

    Args:
        title: of the legend. sample: what the jets are, written above the axes.

    Raises:
        BadInput: unknown image format, or labels that are not 0 and 1. MissingTool: matplotlib is missing.
        CannotWrite: ``out`` cannot be written.
    """
    with physics_axes(out) as (axis,):
        least = 1.0
        for number, (name, (label, score)) in enumerate(curves.items()):
            background, signal = roc_curve(label, score)
            line = f"{name} (AUC {measured(area(background, signal), tagging_errors(label, score)['auc_error'])})"
            kept = thinned(signal, POINTS)
            jets = int((label == 0).sum()), int((label == 1).sum())
            error = background_errors(background, signal, jets, kept)
            least = min(least, float(background[background > 0].min()))
            x, y = signal[kept], background[kept]
            colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
            axis.fill_between(x, y - error, y + error, color=colour, alpha=0.18, linewidth=0)
            axis.plot(x[y > 0], y[y > 0], color=colour, linestyle=dash, label=line)
        axis.set_yscale("log")
        axis.set_xlim(0, 1)
        axis.set_ylim(max(least, 1e-5), 1)
        axis.set_xlabel(r"signal efficiency $\epsilon_S$")
        axis.set_ylabel(r"background efficiency $\epsilon_B$")
        axis.set_title(sample, fontsize="x-small", loc="left")
        axis.grid(alpha=0.3)
        axis.legend(title=title or None)


def plot_study(found: Mapping[str, Any], out: Path, sample: str = "") -> None:
    """Median change of the score against size, one panel per transformation, one line per precision.

    Args:
        found: what :func:`fpgajet.physics.equivariance.study` returns. sample: what the jets are.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is missing. CannotWrite: ``out`` cannot be written.
    """
    with physics_axes(out, len(TRANSFORMATIONS)) as axes:
        for axis, transformation in zip(axes, TRANSFORMATIONS, strict=True):
            for number, precision in enumerate(found["still"]):
                points = [
                    (row["size"], row["median"])
                    for row in found["rows"]
                    if (row["transformation"], row["precision"]) == (transformation.name, precision)
                ]
                colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
                axis.plot(
                    *zip(*points, strict=True), color=colour, linestyle=dash, marker="o", label=precision
                )
            axis.set_yscale("symlog", linthresh=1e-4)
            axis.set_ylim(bottom=0)
            axis.set_xlabel(f"{transformation.name} ({UNITS.get(transformation.unit, transformation.unit)})")
            axis.grid(alpha=0.3)
        axes[0].set_ylabel("median |change of score| / standard deviation of scores")
        axes[0].set_title(sample, fontsize="x-small", loc="left")
        axes[-1].legend()
