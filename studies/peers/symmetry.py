"""Does a permutation, a rotation about the jet's axis or a boost move the score? Measured on jets, for any tagger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.physics.lorentz import boosted, directions, rotated

Real = NDArray[np.float64]
#: Scores [jets, outputs] of four-momenta [jets, constituents, 4] in GeV.
Scorer = Callable[[Real], Real]
#: Speed of the boosts, in random directions, and angle of the rotation.
BETA, ANGLE = 0.3, 1.0


def symmetry(scorer: Scorer, momenta: NDArray[Any], seed: int = 1) -> dict[str, float]:
    """Median change of the score in standard deviations of the scores, by transformation.

    Args:
        momenta: [jets, constituents, 4] in GeV; empty slots are zero and stay so.

    Returns:
        ``permutation`` of all slots, another for every jet; ``permuted``, the share of jets whose score it changes;
        ``rotation`` by :data:`ANGLE` about the jet's axis; ``boost`` with :data:`BETA` in a random direction.
    """
    rng = np.random.default_rng(seed)
    p = np.asarray(momenta, np.float64)
    jet = p[..., 1:].sum(1)
    axis = jet / np.linalg.norm(jet, axis=1, keepdims=True)
    order = np.argsort(rng.random(p.shape[:2]), axis=1)
    still = scorer(p)
    unit = still.std(0)
    changes = {
        name: np.abs(scorer(moved) - still)
        for name, moved in {
            "permutation": np.take_along_axis(p, order[..., None], 1),
            "rotation": rotated(p, ANGLE, axis),
            "boost": boosted(p, BETA, directions(len(p), rng)),
        }.items()
    }
    found = {name: round(float(np.median(change / unit)), 4) for name, change in changes.items()}
    return found | {"permuted": round(float((changes["permutation"] > 0).any(1).mean()), 4)}
