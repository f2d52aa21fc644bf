"""Curves for the plots from scores and labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def curves_of(
    scores: NDArray[Any], labels: NDArray[Any], points: int = 200, bins: int = 40
) -> dict[str, list[float]]:
    """``physics.curves[NAME]``: ROC points and histograms of the score.

    Args:
        scores: [jets], larger is more signal-like.
        labels: [jets], 1 for signal, 0 for background.
        points: about so many points on the ROC curve, evenly spaced in signal efficiency.
        bins: bins between the 0.1 % and the 99.9 % quantile of all scores; what lies outside goes to the ends.
    """
    scores, signal = np.asarray(scores, dtype=np.float64), np.asarray(labels).astype(bool)
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    kept_signal = np.cumsum(signal[order])[last_of_tie] / max(int(signal.sum()), 1)
    kept_background = np.cumsum(~signal[order])[last_of_tie] / max(int((~signal).sum()), 1)
    wanted = np.linspace(0.0, 1.0, points)
    last = len(kept_signal) - 1  # all jets kept: the end of every curve
    chosen = np.unique([*np.clip(np.searchsorted(kept_signal, wanted), 0, last), last])
    low, high = np.quantile(scores, [0.001, 0.999])
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    inside = np.clip(scores, low, high)
    return {
        "signal_efficiency": _rounded(kept_signal[chosen]),
        "background_efficiency": _rounded(kept_background[chosen]),
        "score_edges": _rounded(edges),
        "score_signal": np.histogram(inside[signal], edges)[0].astype(float).tolist(),
        "score_background": np.histogram(inside[~signal], edges)[0].astype(float).tolist(),
    }


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
