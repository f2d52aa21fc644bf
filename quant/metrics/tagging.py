"""The numbers that a tagger is quoted with: accuracy, AUC, background rejection, ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from quant.metrics.roc import area, background_efficiency, checked, roc_curve


def tagging_metrics(label: ArrayLike, score: ArrayLike) -> dict[str, float | int | None]:
    """Accuracy (top if score > 0), AUC, 1 / background efficiency at signal efficiency 0.3 and 0.5, ties.

    A rejection is ``None`` if no background jet passes: the sample is too small to say. ``tied_scores``
    counts jets whose score another jet has as well, ``distinct_scores`` the different values.
    """
    y, s = checked(label, score)
    background, signal = roc_curve(y, s)
    _, counts = np.unique(s, return_counts=True)
    metrics: dict[str, float | int | None] = {
        "accuracy": float(np.mean((s > 0) == (y == 1))),
        "auc": area(background, signal),
    }
    for percent in (30, 50):
        efficiency = background_efficiency(background, signal, percent / 100)
        metrics[f"inverse_background_efficiency_{percent}"] = 1 / efficiency if efficiency > 0 else None
    metrics["tied_scores"] = int(counts[counts > 1].sum())
    metrics["distinct_scores"] = len(counts)
    return metrics
