"""What boosted trees read: a few quantities of a jet or of an event, as integers of 16 bits.

With integers, cuts of trees are integers too, so that comparisons in fixed point are those of xgboost.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from quant.data import Jets
from quant.explanation.observables import observables
from quant.metrics import constituent_mass

Real = NDArray[np.float64]
#: codes of types of objects
LEPTON, MISSING, B_JET, JET = 1, 2, 3, 4
#: steps per unit of what :func:`features` gives; 1 where nothing is said
STEPS: Mapping[str, float] = {
    "mass (GeV)": 16, "largest m_ij (GeV)": 16, "D2": 64, "tau21": 4096, "tau32": 4096, "spread": 4096,
    "HT (GeV)": 4, "missing pT (GeV)": 16, "lepton pT (GeV)": 16, "transverse mass (GeV)": 16, "m_bb (GeV)": 16,
}  # fmt: skip
LARGEST = 2**15 - 1


def features(jets: Jets) -> tuple[list[str], NDArray[np.float32]]:
    """Names, and whole numbers [n, features] between -32767 and 32767, of jets or of events.

    Of jets: mass of the constituents, largest mass of two of them, energy correlation D2, ratios of N-subjettiness, and
    the multiplicity of the whole jet. Of events: multiplicities, masses and momenta of objects, and their mean distance
    from an axis.
    """
    found = _of_event(jets.constituents) if jets.objects else _of_jet(jets)
    steps = np.array([STEPS.get(name, 1.0) for name in found])
    whole = np.clip(np.rint(np.stack(list(found.values()), 1) * steps), -LARGEST, LARGEST)
    return list(found), whole.astype(np.float32)


def _of_jet(jets: Jets) -> dict[str, Real]:
    return observables(jets.constituents) | {"multiplicity": jets.multiplicity.astype(np.float64)}


def _of_event(objects: NDArray[np.float32]) -> dict[str, Real]:
    p, code = objects[..., :4].astype(np.float64), objects[..., 4]
    pt = np.hypot(p[..., 1], p[..., 2])
    jets = np.isin(code, (B_JET, JET))
    lepton, missing, b = (_of_type(p, code, kind) for kind in (LEPTON, MISSING, B_JET))
    turn = np.cos(np.arctan2(lepton[:, 2], lepton[:, 1]) - np.arctan2(missing[:, 2], missing[:, 1]))
    momenta = np.hypot(lepton[:, 1], lepton[:, 2]), np.hypot(missing[:, 1], missing[:, 2])
    return {
        "jets": jets.sum(1).astype(np.float64),
        "b jets": (code == B_JET).sum(1).astype(np.float64),
        "mass (GeV)": np.asarray(constituent_mass(p), dtype=np.float64),
        "largest m_ij (GeV)": _largest_mass(np.where(jets[..., None], p, 0.0)),
        "m_bb (GeV)": np.asarray(constituent_mass(b[:, None]), dtype=np.float64),
        "HT (GeV)": np.where(jets, pt, 0.0).sum(1),
        "lepton pT (GeV)": momenta[0],
        "missing pT (GeV)": momenta[1],
        "transverse mass (GeV)": np.sqrt(np.maximum(2 * momenta[0] * momenta[1] * (1 - turn), 0.0)),
        "spread": _spread(p, pt),
    }


def _of_type(p: Real, code: NDArray[np.float32], kind: int) -> Real:
    """The sum [n, 4] of the objects of a type."""
    summed: Real = np.where((code == kind)[..., None], p, 0.0).sum(1)
    return summed


def _largest_mass(p: Real) -> Real:
    """Of any two objects, in GeV."""
    pairs = p[:, :, None] + p[:, None]
    square: Real = pairs[..., 0] ** 2 - (pairs[..., 1:] ** 2).sum(-1)
    apart = np.where(np.eye(p.shape[1], dtype=bool), 0.0, square)
    largest: Real = np.sqrt(np.maximum(apart, 0.0).max((1, 2)))
    return largest


def _spread(p: Real, pt: Real) -> Real:
    """sum_i pT_i |eta_i - eta| / sum_i pT_i, eta the pT-weighted mean."""
    eta = np.arcsinh(np.divide(p[..., 3], pt, out=np.zeros_like(pt), where=pt > 0))
    total = np.maximum(pt.sum(1), 1e-12)
    mean = (pt * eta).sum(1) / total
    spread: Real = (pt * np.abs(eta - mean[:, None])).sum(1) / total
    return spread
