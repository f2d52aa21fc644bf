"""The form ``aligned``: four-momenta relative to the jet's axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.forms.angular import pseudorapidity
from fpgajet.ops.forms.momenta import Momenta


@dataclass(frozen=True)
class Aligned(Momenta):
    """Four-momenta (E, px, py, pz) in GeV, turned about the beam and boosted along it, so that the jet's axis is x.

    p_i . p_j does not change, but momenta become relative to the axis, as a trigger's jet finder delivers them:
    py = pT sin(d_phi), pz = pT sinh(d_eta), which is what features that are no invariants need.
    """

    name: ClassVar[str] = "aligned"

    def four(self, given: NDArray[Any]) -> NDArray[Any]:
        p = np.asarray(given[..., :4], dtype=np.float64)
        energy, px, py, pz = (p[..., k] for k in range(4))
        axis = p[..., 1:].sum(-2)[..., None, :]
        pt = np.hypot(axis[..., 0], axis[..., 1])
        phi, eta = np.arctan2(axis[..., 1], axis[..., 0]), pseudorapidity(axis[..., 2], pt)
        turned = np.cos(phi) * px + np.sin(phi) * py, np.cos(phi) * py - np.sin(phi) * px
        boosted = np.cosh(eta) * energy - np.sinh(eta) * pz, np.cosh(eta) * pz - np.sinh(eta) * energy
        return np.stack([boosted[0], *turned, boosted[1]], -1)
