"""What a Level-1 trigger would send: candidates with pT, eta and phi in integer units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.recipe import Level1


def quantise(p4: NDArray[np.float64], units: Level1) -> NDArray[np.float64]:
    """Round candidates to trigger units and make them massless; below ``pt_min`` they become zero.

    Args:
        p4: float64 [n, 4], (E, px, py, pz) in GeV.

    Returns:
        float64 [n, 4] in GeV, each exactly representable by the trigger's integers.
    """
    pt = np.hypot(p4[:, 1], p4[:, 2])
    step = np.pi / units.angle_steps
    eta = np.round(np.arcsinh(p4[:, 3] / np.maximum(pt, 1e-12)) / step) * step
    phi = np.round(np.arctan2(p4[:, 2], p4[:, 1]) / step) * step
    # Truncated, not rounded: a trigger's pT never exceeds what was measured.
    pt = np.floor(pt / units.pt_step) * units.pt_step
    pt = np.where(pt >= units.pt_min, pt, 0.0)
    return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
