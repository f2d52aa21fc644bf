"""Which jets hold a whole resonance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.cluster import LeadingJets
from quant.data.generation.truth import Resonances


def matched(found: LeadingJets, truth: Resonances, match_distance: float) -> NDArray[np.bool_]:
    """Does the jet hold a whole resonance: itself and all its quarks within this distance?"""
    result = np.zeros(len(found.event), dtype=np.bool_)
    row_of_event = np.full(int(max(found.event.max(), truth.event.max(initial=0))) + 1, -1)
    row_of_event[found.event] = np.arange(len(found.event))
    row = row_of_event[truth.event]
    near = row >= 0
    jet = found.jet[row[near]]
    dphi = np.mod(truth.phi[near] - jet[:, 2:3] + np.pi, 2 * np.pi) - np.pi
    distance = np.hypot(truth.eta[near] - jet[:, 1:2], dphi)
    result[row[near][(distance < match_distance).all(axis=1)]] = True
    return result


def keep(found: LeadingJets, wanted: NDArray[np.bool_]) -> LeadingJets:
    """The jets marked in ``wanted``."""
    members = found.members[np.repeat(wanted, found.sizes)]
    return LeadingJets(found.event[wanted], found.jet[wanted], members, found.sizes[wanted])
