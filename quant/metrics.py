"""How well scores tell top jets (label 1) from QCD jets (label 0). numpy only.

Scores of few-bit networks tie. A group of equal scores cannot be split by any threshold, so it is one
straight segment of the ROC curve: its jets are accepted together, or at random with a common probability.
That makes the AUC count a tied pair one half, and interpolation along the segment the honest rejection.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgajet.errors import BadInput

Real = NDArray[np.float64]


def roc_curve(label: ArrayLike, score: ArrayLike) -> tuple[Real, Real]:
    """(background efficiency, signal efficiency) at every distinct threshold, from (0, 0) to (1, 1).

    Raises:
        BadInput: shapes differ, a score is NaN, or one of the classes 0 and 1 is absent.
    """
    y, s = _checked(label, score)
    order = np.argsort(-s, kind="stable")
    y, s = y[order], s[order]
    last = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)  # the last jet of every group of equal scores
    signal, background = np.cumsum(y)[last], np.cumsum(1 - y)[last]
    zero = np.zeros(1)
    return (
        np.concatenate([zero, background / background[-1]]),
        np.concatenate([zero, signal / signal[-1]]),
    )


def auc(label: ArrayLike, score: ArrayLike) -> float:
    """Probability that a random signal jet scores above a random background jet; a tie counts one half."""
    return area(*roc_curve(label, score))


def area(background: Real, signal: Real) -> float:
    """Area under a ROC curve of straight segments."""
    return float(np.sum(np.diff(background) * (signal[1:] + signal[:-1]) / 2))


def background_efficiency(background: Real, signal: Real, at: float) -> float:
    """Background efficiency at signal efficiency ``at``, interpolated along the ROC curve's segments.

    Where the curve rises vertically through ``at`` this is the value there; a flat piece exactly at ``at``
    gives its left end, the best threshold of that signal efficiency.
    """
    i = int(np.searchsorted(signal, at, side="left"))
    if i == 0 or signal[i] == at:
        return float(background[i])
    share = (at - signal[i - 1]) / (signal[i] - signal[i - 1])
    return float(background[i - 1] + share * (background[i] - background[i - 1]))


def tagging_metrics(label: ArrayLike, score: ArrayLike) -> dict[str, float | int | None]:
    """Accuracy (top if score > 0), AUC, 1 / background efficiency at signal efficiency 0.3 and 0.5, ties.

    A rejection is ``None`` if no background jet passes: the sample is too small to say. ``tied_scores``
    counts jets whose score another jet has as well, ``distinct_scores`` the different values.
    """
    y, s = _checked(label, score)
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


def constituent_mass(constituents: NDArray[Any]) -> Real:
    """Invariant mass [B] in GeV of the sum of four-momenta [B, N, 4]; negative squares count as 0."""
    energy, *momentum = np.asarray(constituents, dtype=np.float64).sum(1).T
    mass: Real = np.sqrt(np.maximum(energy**2 - sum(p**2 for p in momentum), 0.0))
    return mass


def mass_window_metrics(label: ArrayLike, mass: ArrayLike) -> dict[str, float | int | None]:
    """The jet-mass cut as a tagger: AUC of the best two-sided mass windows.

    Score = minus the distance of the mass from the centre that gives the highest AUC among 100..200 GeV in
    steps of 1 GeV. The centre is chosen on the sample itself, which can only flatter this reference.
    """
    y, m = _checked(label, mass)
    centres = np.arange(100.0, 201.0)
    areas = [auc(y, -np.abs(m - centre)) for centre in centres]
    best = int(np.argmax(areas))
    return {"auc": areas[best], "centre": float(centres[best]), "auc_monotone": auc(y, m)}


def _checked(label: ArrayLike, score: ArrayLike) -> tuple[NDArray[np.int64], Real]:
    y, s = np.asarray(label, dtype=np.int64), np.asarray(score, dtype=np.float64)
    if y.ndim != 1 or y.shape != s.shape:
        raise BadInput(f"labels {list(y.shape)} and scores {list(s.shape)} must be vectors of one length.")
    if np.isnan(s).any():
        raise BadInput(f"{int(np.isnan(s).sum())} of {len(s)} scores are NaN.")
    if set(np.unique(y)) != {0, 1}:
        raise BadInput(f"labels must be 0 and 1, both present; here they are {np.unique(y).tolist()}.")
    return y, s
