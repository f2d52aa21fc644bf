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
from fpgajet.physics.lorentz import boosted, directions

BETAS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def boosts_of(
    network: Network,
    constituents: NDArray[Any],
    betas: tuple[float, ...] = BETAS,
    jets: int = 1000,
    seed: int = 1,
) -> dict[str, Any]:
    """``boosts`` of a report: change of the score under boosts in random directions.

    Args:
        constituents: four-momenta [jets, constituents, 4] in GeV; empty slots are zero and stay so. Types of objects
            are behind them, where the network reads such.
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
        return network.reference(given)[network.output.name].real

    still = scores(p)
    deviation = still.std(0)  # of every score, where there are several
    unit = np.where(deviation > 0, deviation, 1.0)
    moved = (np.concatenate([boosted(p[..., :4], beta, axes), p[..., 4:]], -1) for beta in betas)
    changes = [np.abs(scores(momenta) - still) / unit for momenta in moved]
    return {
        "beta": list(betas),
        "median": [float(np.median(c)) for c in changes],
        "quantile_90": [float(np.quantile(c, 0.9)) for c in changes],
        "label": "Change of the score in standard deviations of the scores, boosts in random directions",
    }
