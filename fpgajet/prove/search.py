"""Inputs near known ones, to find one that shows a difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType


def near(raw: NDArray[np.int64], precision: FixedType, count: int, seed: int) -> NDArray[np.int64]:
    """Inputs with up to three of their raw values changed: by a little, or to anything.

    Args:
        raw: inputs to start from [events, inputs].
        precision: their type.
        count: how many to make.
        seed: of the random choice.

    Returns:
        int64 [count, inputs].
    """
    rng = np.random.default_rng(seed)
    found = raw[rng.integers(len(raw), size=count)].copy()
    rows = np.arange(count)
    for _ in range(3):
        place = rng.integers(raw.shape[1], size=count)
        anything = rng.integers(precision.lowest, precision.highest + 1, size=count)
        close = found[rows, place] + rng.integers(-8, 9, size=count)
        changed = np.where(rng.random(count) < 0.5, anything, close)
        found[rows, place] = np.clip(changed, precision.lowest, precision.highest)
    return found
