"""Seeded-cone jets, as the Level-1 trigger of CMS builds them: no distances between pairs, only cones around seeds.

The candidate of highest pT is a seed. All candidates within the radius of it are a jet, and are removed; the next seed
follows (CMS-TDR-021; D. Cieri et al., "seeded cone" jets of the correlator trigger). Momenta are summed as
four-vectors here, where the firmware takes the sum of pT and the pT-weighted direction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.cluster import LeadingJets
from quant.data.generation.recipe import JetSelection

#: cones per event that compete for being the leading jet
CONES = 4


def leading_cones(
    event: NDArray[np.int64], p4: NDArray[np.float64], events: int, selection: JetSelection
) -> LeadingJets:
    """The seeded-cone jet of highest pT of each event, if it passes ``selection``.

    Args:
        event: int [n], rising: which of the ``events`` an object belongs to.
        p4: float64 [n, 4], (E, px, py, pz) in GeV.
    """
    pt = np.hypot(p4[:, 1], p4[:, 2])
    eta, phi = np.arcsinh(p4[:, 3] / np.maximum(pt, 1e-12)), np.arctan2(p4[:, 2], p4[:, 1])
    order = np.lexsort((-pt, event))
    cone = np.full(len(pt), -1)
    best = np.full(events, -1)
    jet = np.zeros((events, 4))
    for number in range(CONES):
        waiting = order[cone[order] < 0]
        owners, first = np.unique(event[waiting], return_index=True)
        seed = np.full(events, -1)
        seed[owners] = waiting[first]
        # Where nothing is left the distance is taken to any object; `waiting` holds none of that event.
        mine = seed[event[waiting]]
        turn = np.mod(phi[waiting] - phi[mine] + np.pi, 2 * np.pi) - np.pi
        inside = waiting[np.hypot(eta[waiting] - eta[mine], turn) < selection.radius]
        cone[inside] = number
        total = np.stack([np.bincount(event[inside], p4[inside, i], events) for i in range(4)], axis=1)
        higher = np.hypot(total[:, 1], total[:, 2]) > np.hypot(jet[:, 1], jet[:, 2])
        best[higher], jet[higher] = number, total[higher]
    kinematics = _kinematics(jet)
    wanted = (
        (kinematics[:, 0] > selection.pt_min)
        & (kinematics[:, 0] < selection.pt_max)
        & (np.abs(kinematics[:, 1]) < selection.eta_max)
    )
    rows = np.flatnonzero(wanted)
    members = np.flatnonzero(wanted[event] & (cone == best[event]))
    sizes = np.bincount(event[members], minlength=events)[rows].astype(np.int64)
    return LeadingJets(rows, kinematics[rows], members, sizes)


def _kinematics(p4: NDArray[np.float64]) -> NDArray[np.float64]:
    """pT, eta, phi and mass [n, 4] of four-momenta [n, 4]."""
    energy, px, py, pz = p4.T
    pt = np.hypot(px, py)
    mass = np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0.0))
    return np.stack([pt, np.arcsinh(pz / np.maximum(pt, 1e-12)), np.arctan2(py, px), mass], axis=1)
