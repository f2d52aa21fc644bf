"""Curves for the plots from scores and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    import numpy as np

    from quant.metrics import background_errors, roc_curve, thinned

    scores, signal = np.asarray(scores, dtype=np.float64), np.asarray(labels).astype(bool)
    background_efficiency, signal_efficiency = (curve[1:] for curve in roc_curve(signal, scores))
    jets = int((~signal).sum()), int(signal.sum())
    chosen = thinned(signal_efficiency, points)
    low, high = np.quantile(scores, [0.001, 0.999])
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    inside = np.clip(scores, low, high)
    return {
        "signal_efficiency": _rounded(signal_efficiency[chosen]),
        "background_efficiency": _rounded(background_efficiency[chosen]),
        "background_error": _rounded(
            background_errors(background_efficiency, signal_efficiency, jets, chosen)
        ),
        "score_edges": _rounded(edges),
        "score_signal": np.histogram(inside[signal], edges)[0].astype(float).tolist(),
        "score_background": np.histogram(inside[~signal], edges)[0].astype(float).tolist(),
    }


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
