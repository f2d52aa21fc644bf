"""Which jets hold a whole resonance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.cluster import LeadingJets
from quant.data.generation.truth import Resonances
from quant.data.jets import jet_kinematics


def matched(found: LeadingJets, truth: Resonances, match_distance: float) -> NDArray[np.bool_]:
    """Does the jet hold a whole resonance: itself and all its quarks within this distance?"""
    return np.asarray(held(found, truth, match_distance) >= 0)


def held(found: LeadingJets, truth: Resonances, match_distance: float) -> NDArray[np.int64]:
    """Number of the resonance that each jet holds whole, [jets]; -1: none."""
    result = np.full(len(found.event), -1)
    if not len(result):
        return result
    row_of_event = np.full(int(max(found.event.max(), truth.event.max(initial=0))) + 1, -1)
    row_of_event[found.event] = np.arange(len(found.event))
    row = row_of_event[truth.event]
    near = row >= 0
    jet = found.jet[row[near]]
    dphi = np.mod(truth.phi[near] - jet[:, 2:3] + np.pi, 2 * np.pi) - np.pi
    distance = np.hypot(truth.eta[near] - jet[:, 1:2], dphi)
    whole = (distance < match_distance).all(axis=1)
    result[row[near][whole]] = np.flatnonzero(near)[whole]
    return result


def partons(found: LeadingJets, truth: Resonances | None, match_distance: float) -> NDArray[np.float32]:
    """(pT, eta, phi, mass) of the resonance that each jet holds, [jets, 4]; zero where there is none."""
    kinematics = np.zeros((len(found.event), 4), dtype=np.float32)
    if truth is not None:
        number = held(found, truth, match_distance)
        kinematics[number >= 0] = jet_kinematics(truth.p4[number[number >= 0], None])
    return kinematics


def keep(found: LeadingJets, wanted: NDArray[np.bool_]) -> LeadingJets:
    """The jets marked in ``wanted``."""
    members = found.members[np.repeat(wanted, found.sizes)]
    return LeadingJets(found.event[wanted], found.jet[wanted], members, found.sizes[wanted])
