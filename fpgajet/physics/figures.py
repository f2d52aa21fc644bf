"""Figures of ``eval`` and ``compare``: ROC curves and the equivariance study, in the style of mplhep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fpgajet.physics.equivariance import TRANSFORMATIONS
from fpgajet.plotting import COLOURS, DASHES, physics_axes
from quant.metrics import area, roc_curve, thinned

#: points kept of a curve: more are not seen, and files stay small
POINTS = 600


def plot_roc(curves: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], out: Path, title: str = "") -> None:
    """Background efficiency (logarithmic) over signal efficiency (linear), one curve for each (label, score).

    Raises:
        BadInput: unknown image format, or labels that are not 0 and 1. MissingTool: matplotlib is missing.
        CannotWrite: ``out`` cannot be written.
    """
    with physics_axes(out) as (axis,):
        least = 1.0
        for number, (name, (label, score)) in enumerate(curves.items()):
            background, signal = roc_curve(label, score)
            line = f"{name} (AUC {area(background, signal):.4f})"
            kept = thinned(signal, POINTS)
            shown = background[kept] > 0
            least = min(least, float(background[background > 0].min()))
            colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
            axis.plot(signal[kept][shown], background[kept][shown], color=colour, linestyle=dash, label=line)
        axis.set_yscale("log")
        axis.set_xlim(0, 1)
        axis.set_ylim(max(least, 1e-5), 1)
        axis.set_xlabel("signal efficiency")
        axis.set_ylabel("background efficiency")
        axis.grid(alpha=0.3)
        axis.legend(title=title or None)


def plot_study(found: Mapping[str, Any], out: Path) -> None:
    """Median change of the score against size, one panel a transformation, one line a precision.

    Args:
        found: what :func:`fpgajet.physics.equivariance.study` returns.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is missing. CannotWrite: no room for ``out``.
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
            axis.set_xlabel(f"{transformation.name} ({transformation.unit})")
            axis.grid(alpha=0.3)
        axes[0].set_ylabel("median |change of score| / standard deviation")
        axes[-1].legend()
