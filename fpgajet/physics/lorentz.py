"""Boosts and rotations of jets, and random directions for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


def boosted(p: Real, beta: float, direction: Real) -> Real:
    """Boost four-momenta [jets, constituents, 4] (E, px, py, pz) with speed ``beta`` along unit vectors [jets, 3]."""
    gamma = 1.0 / np.sqrt(1.0 - beta**2)
    axis = direction[:, None, :]
    energy, momentum = p[..., :1], p[..., 1:]
    along = (momentum * axis).sum(-1, keepdims=True)
    return np.concatenate(
        [gamma * (energy + beta * along), momentum + ((gamma - 1) * along + gamma * beta * energy) * axis], -1
    )


def rotated(p: Real, angle: float, axis: Real) -> Real:
    """Rotate four-momenta [jets, constituents, 4] by ``angle`` (radian) about unit vectors [jets, 3] (Rodrigues)."""
    energy, momentum, k = p[..., :1], p[..., 1:], axis[:, None, :]
    along = (momentum * k).sum(-1, keepdims=True)
    turned = (
        momentum * np.cos(angle) + np.cross(k, momentum) * np.sin(angle) + k * along * (1 - np.cos(angle))
    )
    return np.concatenate([energy, turned], -1)


def directions(jets: int, rng: np.random.Generator) -> Real:
    """Unit vectors [jets, 3], evenly over the sphere."""
    steps = rng.normal(size=(jets, 3))
    unit: Real = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    return unit
