"""The numbers that a tagger is quoted with: accuracy, AUC, background rejection, their errors, ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from quant.metrics.errors import (
    Measure,
    accuracy_contributions,
    auc_contributions,
    rejection_contributions,
)
from quant.metrics.mass import mass_window
from quant.metrics.roc import area, background_efficiency, checked, roc_curve

#: metrics that have errors, by the contributions of the jets to them
MEASURES: dict[str, Measure] = {
    "accuracy": accuracy_contributions,
    "auc": auc_contributions,
    "inverse_background_efficiency_30": rejection_contributions(0.30),
    "inverse_background_efficiency_50": rejection_contributions(0.50),
}


def tagging_metrics(label: ArrayLike, score: ArrayLike) -> dict[str, float | int | None]:
    """Accuracy (top if score > 0), AUC, 1 / background efficiency at signal efficiency 0.3 and 0.5, ties.

    A rejection is ``None`` if no background jet passes: the sample is too small to say. ``tied_scores``
    counts jets whose score another jet has as well, ``distinct_scores`` the different values.

    Raises:
        BadInput: shapes differ, a score is NaN, or one of the classes 0 and 1 is absent.
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


def tagging_errors(label: ArrayLike, score: ArrayLike) -> dict[str, float | None]:
    """``NAME_error`` of the metrics of :func:`tagging_metrics`: one standard deviation, from the jets alone.

    See :mod:`quant.metrics.errors`. None where the metric is None, or with fewer than two jets of a class.
    """
    found = {name: measure(label, score) for name, measure in MEASURES.items()}
    return {f"{name}_error": None if c is None else c.error() for name, c in found.items()}


def paired_differences(
    label: ArrayLike, score: ArrayLike, other: ArrayLike
) -> dict[str, dict[str, float | None]]:
    """Each metric of ``score`` minus that of ``other`` on the same jets, as ``value`` and paired ``error``.

    Both are None where one of the metrics is None.
    """
    ours, theirs = tagging_metrics(label, score), tagging_metrics(label, other)
    differences: dict[str, dict[str, float | None]] = {}
    for name, measure in MEASURES.items():
        a, b, mine, its = ours[name], theirs[name], measure(label, score), measure(label, other)
        if a is None or b is None or mine is None or its is None:
            differences[name] = {"value": None, "error": None}
        else:
            differences[name] = {"value": a - b, "error": mine.minus(its).error()}
    return differences


def physics_metrics(
    label: ArrayLike, scores: Mapping[str, ArrayLike], mass: ArrayLike | None
) -> dict[str, dict[str, Any]]:
    """Metrics with errors by implementation, and those of the jet mass on the same jets.

    Args:
        label: [jets], 1 for signal. scores: by implementation, [jets].
        mass: [jets] in GeV, of the constituents that the tagger sees (:func:`quant.metrics.constituent_mass`).
            None: of whole events, where a mass window says nothing; there is no ``jet_mass`` then.

    Returns:
        The names of ``scores`` and ``jet_mass``. Names other than ``float`` hold ``minus_float`` too, the
        :func:`paired_differences` to it. ``jet_mass`` is the cross-fitted mass window; it has no accuracy, as
        no threshold belongs to it.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, score in scores.items():
        found[name] = tagging_metrics(label, score) | tagging_errors(label, score)
        if name != "float" and "float" in scores:
            found[name]["minus_float"] = paired_differences(label, score, scores["float"])
    if mass is None:
        return found
    window = mass_window(label, mass)
    reference = tagging_metrics(label, window.scores) | tagging_errors(label, window.scores)
    del reference["accuracy"], reference["accuracy_error"]
    found["jet_mass"] = reference | {"centres": list(window.centres)}
    return found
