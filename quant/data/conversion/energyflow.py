"""EnergyFlow's layout of jets, ``X`` [n, M, 4] = (pt [GeV], rapidity y, phi, particle code): recognised and converted.

Komiske, Metodiev, Thaler, "Energy Flow Networks", JHEP 01 (2019) 121; data sets Zenodo 3164691 and 2658763. Unused
slots are zero; a code of zero everywhere means that it was not kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput

#: Masses in GeV of what reaches a detector, by the absolute PDG code (Review of Particle Physics 2022).
MASS = {
    0: 0.0,
    11: 0.000511,
    12: 0.0,
    13: 0.105658,
    14: 0.0,
    16: 0.0,
    22: 0.0,
    130: 0.497611,
    211: 0.139570,
    310: 0.497611,
    321: 0.493677,
    2112: 0.939565,
    2212: 0.938272,
    3112: 1.197449,
    3122: 1.115683,
    3222: 1.18937,
    3312: 1.32171,
    3322: 1.31486,
    3334: 1.67245,
}
#: No constituent is seen at a larger rapidity.
LARGEST_RAPIDITY = 10.0
#: EnergyFlow keeps jets together, so phi may pass 2 pi by the radius of a jet.
LARGEST_PHI = 2 * np.pi + 1.0
#: In four-momenta, some constituent above this energy has px or py beyond what an angle can be.
HARD_GEV = 20.0


def are_angles(numbers: NDArray[Any]) -> bool:
    """Are the second and third column of [n, N, 3 or 4] angles, not px and py?

    Where no constituent exceeds :data:`HARD_GEV`, four-momenta and angles cannot be told apart: False.
    """
    finite = numbers[np.isfinite(numbers).all(axis=-1)]
    if not len(finite) or finite[:, 0].min() < 0 or finite[:, 0].max() <= HARD_GEV:
        return False
    bounded = (np.abs(finite[:, 1]) <= LARGEST_RAPIDITY) & (np.abs(finite[:, 2]) <= LARGEST_PHI)
    return bool(bounded.all())


def are_particle_codes(values: NDArray[Any]) -> bool:
    """Is every value a PDG code of :data:`MASS`, up to its sign?"""
    return bool(np.isin(np.abs(values), list(MASS)).all())


def momenta_of_angles(numbers: NDArray[Any], path: Path, first_row: int) -> NDArray[np.float64]:
    """(pt, y, phi[, code]) to (E, px, py, pz): m_T^2 = pt^2 + m^2, E = m_T cosh y, pz = m_T sinh y.

    Args:
        numbers: float [n, N, 3 or 4]; slots with pt = 0 are unused.

    Returns:
        float64 [n, N, 4] in GeV.

    Raises:
        BadInput: an unknown particle code, or a rapidity that none has, with the row.
    """
    pt, rapidity, phi = (numbers[..., column].astype(np.float64) for column in range(3))
    code = np.abs(numbers[..., 3]) if numbers.shape[-1] == 4 else np.zeros_like(pt)
    used = pt != 0
    known = np.isin(code, list(MASS)) & (np.abs(rapidity) <= LARGEST_RAPIDITY)
    wrong = np.argwhere(used & ~known & np.isfinite(numbers).all(axis=-1))
    if len(wrong):
        row, slot = wrong[0]
        raise BadInput(
            f"{path}: row {first_row + int(row)} has a constituent (pt, y, phi, pid) = "
            f"{', '.join(f'{value:g}' for value in numbers[row, slot])}, which has no known particle code or an "
            "impossible rapidity."
        )
    mass = np.zeros_like(pt)
    for particle, value in MASS.items():
        mass[code == particle] = value
    transverse = np.hypot(pt, mass)
    with np.errstate(over="ignore", invalid="ignore"):
        columns = (
            transverse * np.cosh(rapidity),
            pt * np.cos(phi),
            pt * np.sin(phi),
            transverse * np.sinh(rapidity),
        )
    return np.where(used[..., None], np.stack(columns, axis=-1), 0.0)
