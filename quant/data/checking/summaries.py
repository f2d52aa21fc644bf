"""Does what is stored of a whole jet, multiplicity and kinematics, fit its constituents?"""

from __future__ import annotations

import numpy as np

from quant.data.jets import Jets, jet_kinematics
from quant.data.problems import Problem

# pT of the stored constituents may differ from the jet's by rounding, not by more.
JET_PT_TOLERANCE = 1e-2
# Rounding of float32 constituents, relative to the scalar sum of their pT: it matters where pT cancels.
ROUNDING = 1e-6
# Below this, float32 has fewer digits (GeV).
SMALLEST_PT = float(np.finfo(np.float32).smallest_normal)


def disagreements(jets: Jets, first_row: int) -> list[Problem]:
    """Rows whose multiplicity or jet does not fit their constituents."""
    used = (jets.bare != 0).any(axis=-1).sum(axis=1)
    problems = []
    fewer = jets.multiplicity < used
    missing = (jets.multiplicity > used) & (used < jets.constituents.shape[1])
    wrong = np.flatnonzero(fewer | missing)
    if len(wrong):
        text = "the multiplicity does not agree with the used slots"
        problems.append(Problem("multiplicity", wrong + first_row, text))
    with np.errstate(invalid="ignore", over="ignore"):
        p4 = jets.constituents.astype(np.float64)
        scalar_pt = np.hypot(p4[..., 1], p4[..., 2]).sum(axis=1)
        pt = jet_kinematics(p4)[:, 0]
        whole = jets.multiplicity == used
        allowed = JET_PT_TOLERANCE * np.abs(jets.jet[:, 0]) + ROUNDING * scalar_pt + SMALLEST_PT
        off = np.abs(pt - jets.jet[:, 0]) > allowed
        broken = ~np.isfinite(jets.jet).all(axis=1) | (whole & (used > 0) & off)
    if broken.any():
        text = "the jet's pT is not that of its constituents, or is not finite"
        problems.append(Problem("jet-kinematics", np.flatnonzero(broken) + first_row, text))
    return problems
