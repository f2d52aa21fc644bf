"""Particles before and candidates after the detector, as flat arrays over many events."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Jets end at |eta| = 2.8; nothing further out can reach one.
ETA_MAX = 3.2
ELECTRON, MUON, PHOTON = 11, 13, 22
NEUTRINOS = (12, 14, 16)
K_SHORT, LAMBDA = 310, 3122


@dataclass(frozen=True)
class Particles:
    """Stable particles of many events, flat: [n] each. ``event`` rises; momenta in GeV, vertex in m."""

    event: Ints
    pdg: Ints
    charge: Floats
    px: Floats
    py: Floats
    pz: Floats
    energy: Floats
    x: Floats
    y: Floats
    z: Floats


#: what is known of a candidate beside its momentum: charge in e, the kind of :data:`KINDS`, z0 of a track relative to
#: the vertex in mm, PUPPI's weight
KNOWN = ("charge", "particle", "z0", "puppi")
#: kinds of candidates, whose numbers count from 1; 0 is an empty slot
KINDS = ("electron", "muon", "charged hadron", "photon", "neutral hadron")


def known_of(pt: Floats, charge: Any, kind: Any, z0: Any = 0.0) -> Floats:
    """The array [n, 4] of :data:`KNOWN` for candidates of full weight."""
    return np.stack(
        [np.broadcast_to(np.asarray(x, float), pt.shape) for x in (charge, kind, z0, 1.0)], axis=1
    )


@dataclass(frozen=True)
class Candidates:
    """Massless detector objects, flat: [n] each; pT in GeV; ``known`` [n, 4], see :data:`KNOWN`."""

    event: Ints
    pt: Floats
    eta: Floats
    phi: Floats
    known: Floats

    def __getitem__(self, rows: NDArray[Any]) -> Candidates:
        return Candidates(*(getattr(self, field.name)[rows] for field in fields(self)))
