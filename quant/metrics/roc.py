"""ROC curves of top jets (label 1) against QCD jets (label 0). numpy only.

Scores of few-bit networks tie. A group of equal scores cannot be split by any threshold, so it is one
straight segment of the ROC curve: its jets are accepted together, or at random with a common probability.
That makes the AUC count a tied pair one half, and interpolation along the segment the honest rejection.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgajet.errors import BadInput

Real = NDArray[np.float64]


def roc_curve(label: ArrayLike, score: ArrayLike) -> tuple[Real, Real]:
    """(background efficiency, signal efficiency) at every distinct threshold, from (0, 0) to (1, 1).

    Raises:
        BadInput: shapes differ, a score is NaN, or one of the classes 0 and 1 is absent.
    """
    y, s = checked(label, score)
    order = np.argsort(-s, kind="stable")
    y, s = y[order], s[order]
    last = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)  # the last jet of every group of equal scores
    signal, background = np.cumsum(y)[last], np.cumsum(1 - y)[last]
    zero = np.zeros(1)
    return (
        np.concatenate([zero, background / background[-1]]),
        np.concatenate([zero, signal / signal[-1]]),
    )


def thinned(signal: Real, points: int) -> NDArray[np.int64]:
    """Indices of about ``points`` points of a ROC curve, evenly spaced in signal efficiency, both ends kept.

    Args:
        signal: signal efficiencies, rising.
    """
    last = len(signal) - 1
    wanted = np.searchsorted(signal, np.linspace(0.0, 1.0, points))
    return np.unique(np.clip([0, *wanted, last], 0, last))


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


def checked(label: ArrayLike, score: ArrayLike) -> tuple[NDArray[np.int64], Real]:
    """Labels and scores as vectors of one length.

    Raises:
        BadInput: shapes differ, a score is NaN, or one of the classes 0 and 1 is absent.
    """
    y, s = np.asarray(label, dtype=np.int64), np.asarray(score, dtype=np.float64)
    if y.ndim != 1 or y.shape != s.shape:
        raise BadInput(f"labels {list(y.shape)} and scores {list(s.shape)} must be vectors of one length.")
    if np.isnan(s).any():
        raise BadInput(f"{int(np.isnan(s).sum())} of {len(s)} scores are NaN.")
    if set(np.unique(y)) != {0, 1}:
        raise BadInput(f"labels must be 0 and 1, both present; here they are {np.unique(y).tolist()}.")
    return y, s
