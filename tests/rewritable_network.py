"""A small network whose last layer has its weights in registers, and weights for it."""

from __future__ import annotations

import numpy as np

from fpgajet import ops
from fpgajet.ops.network import Network
from fpgajet.ops.registers import register_types, register_values, rewritable
from tests.vecnets import ARGUMENT, BIT, FEATURE, SIGNED_LOG, Builder


def rewritable_network() -> Network:
    """Few layers, of which one is the same for all constituents, so that it can be shared."""
    b = Builder(3, 6)
    b.add("mask", ops.ConstituentMask(BIT, 3, 0), "momenta")
    b.add("h", ops.Dense(FEATURE, 2, 1), b.add("logs", ops.SignedLog(SIGNED_LOG, ARGUMENT, 1), "momenta"))
    b.score("h")
    return rewritable(b.network("small"), ("score",))


def weight_sets(network: Network, count: int, seed: int = 8) -> np.ndarray:
    """Weights [count, registers]: those it starts with, all at the lower and at the upper end, then random ones."""
    types, rng = register_types(network), np.random.default_rng(seed)
    rows = [register_values(network), [t.lowest for t in types], [t.highest for t in types]]
    rows += [[rng.integers(t.lowest, t.highest + 1) for t in types] for _ in range(count - 3)]
    return np.array(rows)
