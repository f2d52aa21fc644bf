"""The figure of ``fpgajet compare --data-efficiency``: AUC against the number of training jets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpgajet.plotting import COLOURS, DASHES, physics_axes


def plot_data_efficiency(taggers: Sequence[Mapping[str, Any]], out: Path) -> None:
    """One line for each tagger, quantised, with the error of the mean over subsets as bars.

    Args:
        taggers: of :func:`quant.comparison.retrained.summary`.

    Raises:
        BadInput: unknown image format. MissingTool: matplotlib is missing. CannotWrite: ``out`` cannot be written.
    """
    rows = [row for row in taggers if row["precision"] == "quantised"]
    with physics_axes(out) as (axis,):
        for number, name in enumerate(dict.fromkeys(row["model"] for row in rows)):
            own = sorted(
                (row for row in rows if row["model"] == name), key=lambda row: int(row["training_jets"])
            )
            found = [row["metrics"]["auc"] for row in own]
            axis.errorbar(
                [row["training_jets"] for row in own],
                [auc["value"] for auc in found],
                [auc["error"] or 0.0 for auc in found],
                color=COLOURS[number % len(COLOURS)],
                linestyle=DASHES[number % len(DASHES)],
                marker="o",
                markersize=4,
                capsize=3,
                label=name,
            )
        axis.set_xscale("log")
        axis.set_xlabel("training jets")
        axis.set_ylabel("AUC, quantised, on the test jets")
        axis.grid(alpha=0.3)
        axis.legend()
