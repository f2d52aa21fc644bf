"""Particles before and candidates after the detector, as flat arrays over many events."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Candidates:
    """Massless detector objects, flat: [n] each; pT in GeV."""

    event: Ints
    pt: Floats
    eta: Floats
    phi: Floats
