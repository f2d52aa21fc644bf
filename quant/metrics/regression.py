"""How well an output finds a true value: bias and resolution, with errors. numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgajet.errors import BadInput

#: quantiles of the central 68.3 %
CENTRAL = (0.1587, 0.5, 0.8413)
#: resamplings of the jets for errors, always the same
RESAMPLED = 200


def bias_and_resolution(true: ArrayLike, found: ArrayLike) -> dict[str, Any]:
    """Of found / true, over jets that have a true value.

    ``bias``: its median minus 1. ``resolution``: half the width of its central 68.3 %, over the median.
    ``..._error``: their standard deviations over resampled jets (bootstrap). ``jets``: how many have a true value.

    Args:
        true: [jets], positive, NaN where there is none. found: [jets].

    Raises:
        BadInput: shapes differ, or fewer than ten jets have a true value.
    """
    wanted, given = (np.asarray(x, dtype=np.float64) for x in (true, found))
    if wanted.shape != given.shape or wanted.ndim != 1:
        raise BadInput(
            f"true values {list(wanted.shape)} and outputs {list(given.shape)} are not of one number of jets."
        )
    ratio = (given / wanted)[np.isfinite(wanted)]
    if len(ratio) < 10:
        raise BadInput(f"{len(ratio)} jets have a true value: a resolution needs ten at least.")
    rng = np.random.default_rng(0)
    resampled = [_figures(rng.choice(ratio, len(ratio))) for _ in range(RESAMPLED)]
    bias, resolution = _figures(ratio)
    errors = np.std(resampled, axis=0, ddof=1)
    return {
        "jets": len(ratio),
        "bias": bias,
        "bias_error": float(errors[0]),
        "resolution": resolution,
        "resolution_error": float(errors[1]),
    }


def _figures(ratio: NDArray[np.float64]) -> tuple[float, float]:
    low, middle, high = np.quantile(ratio, CENTRAL)
    return float(middle - 1), float((high - low) / 2 / abs(middle))
