"""Jets with empty slots in every pattern."""

from __future__ import annotations

import numpy as np

from fpgajet.ops.integers import Raw
from fpgajet.ops.network import Network


def holes(network: Network, most: int, seed: int) -> Raw:
    """Raw inputs [inputs, N, F] with empty slots in every pattern, or in ``most`` sampled ones if there are more."""
    rng = np.random.default_rng(seed)
    precision, shape = network.input_type, network.input_shape
    slots = shape[0]
    if slots <= 20:
        count = min(most, 1 << slots)
        numbers = np.arange(count) if count == 1 << slots else rng.choice(1 << slots, count, replace=False)
        patterns = (numbers[:, None] >> np.arange(slots)) & 1
    else:
        patterns = (rng.random((most, slots)) < rng.random((most, 1))).astype(np.int64)
    largest = 2.0 ** rng.integers(1, precision.bits, (len(patterns), 1, 1))
    raw = (rng.random((len(patterns), *shape)) * largest).astype(np.int64) + 1
    raw[..., 1:] *= rng.choice([-1, 1], raw[..., 1:].shape)
    filled: Raw = np.clip(raw, precision.lowest, precision.highest) * patterns[:, :, None]
    return filled
