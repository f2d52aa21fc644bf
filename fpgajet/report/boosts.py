"""Equivariance violation: how much the scores move when jets are boosted.

The network is invariant under Lorentz boosts as mathematics; on a grid of momenta, with saturation, and with a
fixed choice of constituents it is only nearly so. What is left is measured here, with the integer reference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network

BETAS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def boosted(p: NDArray[np.float64], beta: float, direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boost four-momenta [jets, constituents, 4] (E, px, py, pz) with speed ``beta`` along unit vectors [jets, 3]."""
    gamma = 1.0 / np.sqrt(1.0 - beta**2)
    axis = direction[:, None, :]
    energy, momentum = p[..., :1], p[..., 1:]
    along = (momentum * axis).sum(-1, keepdims=True)
    return np.concatenate(
        [gamma * (energy + beta * along), momentum + ((gamma - 1) * along + gamma * beta * energy) * axis], -1
    )


def rotated(p: NDArray[np.float64], angle: float, axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotate four-momenta [jets, constituents, 4] by ``angle`` (radian) about unit vectors [jets, 3] (Rodrigues)."""
    energy, momentum, k = p[..., :1], p[..., 1:], axis[:, None, :]
    along = (momentum * k).sum(-1, keepdims=True)
    turned = (
        momentum * np.cos(angle) + np.cross(k, momentum) * np.sin(angle) + k * along * (1 - np.cos(angle))
    )
    return np.concatenate([energy, turned], -1)


def directions(jets: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Unit vectors [jets, 3], evenly over the sphere."""
    steps = rng.normal(size=(jets, 3))
    unit: NDArray[np.float64] = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    return unit


def boosts_of(
    network: Network,
    constituents: NDArray[Any],
    betas: tuple[float, ...] = BETAS,
    jets: int = 1000,
    seed: int = 1,
) -> dict[str, Any]:
    """``boosts`` of a report: change of the score under boosts in random directions.

    Args:
        constituents: four-momenta [jets, constituents, 4] in GeV; empty slots are zero and stay so.
        jets: how many of them to use, chosen at random.

    Returns:
        Speeds, and median and 90 % quantile of |change of the score| / standard deviation of the scores.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(constituents))[:jets]  # files may hold one class after the other
    p = np.asarray(constituents[chosen], dtype=np.float64)
    axes = directions(len(p), rng)

    def scores(momenta: NDArray[np.float64]) -> NDArray[np.float64]:
        features = network.form.features(momenta)
        given = FixedArray(from_real(features, network.input_type), network.input_type.fraction)
        return network.reference(given)[network.output.name].real[:, 0]

    still = scores(p)
    unit = float(still.std()) or 1.0
    changes = [np.abs(scores(boosted(p, beta, axes)) - still) / unit for beta in betas]
    return {
        "beta": list(betas),
        "median": [float(np.median(c)) for c in changes],
        "quantile_90": [float(np.quantile(c, 0.9)) for c in changes],
        "label": "Change of the score in standard deviations of the scores, boosts in random directions",
    }
