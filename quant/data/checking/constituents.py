"""Is this array of jets physical? Every unphysical thing, named with the rows that have it.

Used by everything that takes jets from a user: a tagger fed NaN, MeV or unsorted constituents answers
with a number that looks fine, so such jets are refused before they reach one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.forms.objects import TYPES
from quant.data.jets import MOMENTUM_COLUMNS, OBJECT_COLUMNS
from quant.data.problems import Problem

# E = |p| in float32 leaves E below |p| by one rounding; real defects are far larger.
MASS_SHELL_TOLERANCE = 1e-5
ORDER_TOLERANCE = 1e-5
# No jet carries more than the 14 TeV of the collision it comes from.
MAX_JET_ENERGY_GEV = 14_000.0


def find_problems(p4: NDArray[np.floating], *, first_row: int = 0) -> list[Problem]:
    """Every unphysical thing in ``p4`` [jets, N, 4] (E, px, py, pz; GeV), worst first; objects have a type as well.

    ``first_row`` is added to the row numbers, for files read in pieces. Jets with non-finite numbers
    are reported as such only: comparisons with them mean nothing.
    """
    require_shape(p4)
    finite = np.isfinite(p4).all(axis=(1, 2))
    sane = np.where(finite[:, None, None], p4, 0.0).astype(np.float64)
    energy, momentum = sane[..., 0], sane[..., 1:4]
    pt = np.hypot(momentum[..., 0], momentum[..., 1])
    absolute = np.sqrt((momentum**2).sum(axis=-1))
    used = (sane[..., :4] != 0).any(axis=-1)
    total = energy.sum(axis=-1)

    found: list[Problem] = []

    def report(kind: str, bad: Any, text: str) -> None:
        rows = np.flatnonzero(bad) + first_row
        if len(rows):
            found.append(Problem(kind, rows, text))

    report("not-finite", np.logical_not(finite), "NaN or infinity among the four-momenta")
    report("negative-energy", (energy < 0).any(axis=-1), "a constituent has negative energy")
    off_shell = (energy >= 0) & (energy < absolute * (1 - MASS_SHELL_TOLERANCE))
    report(
        "spacelike",
        off_shell.any(axis=-1),
        "a constituent has E < |p|: check that the order of components is E, px, py, pz",
    )
    report(
        "too-energetic",
        total > MAX_JET_ENERGY_GEV,
        "the jet has more energy than a 14 TeV collision: momenta must be in GeV, these look like MeV",
    )
    report("empty", finite & ~used.any(axis=-1), "the jet has no constituent at all")
    report(
        "padding-hole",
        (used[:, 1:] & ~used[:, :-1]).any(axis=-1),
        "an empty slot stands before a used one: unused slots must be zero and last",
    )
    if p4.shape[-1] == OBJECT_COLUMNS:
        code = sane[..., 4]
        odd = ~np.isin(code, range(len(TYPES) + 1)) | ((code > 0) != used)
        report(
            "type", odd.any(axis=-1), f"an object's type is not 1 to {len(TYPES)}, or an empty slot has one"
        )
    rising = used[:, 1:] & used[:, :-1] & (pt[:, 1:] > pt[:, :-1] * (1 + ORDER_TOLERANCE))
    report(
        "unsorted",
        rising.any(axis=-1),
        "constituents are not in order of falling pT: taking the leading N would take the wrong ones",
    )
    return found


def check_constituents(p4: NDArray[np.floating], *, source: str = "the jets", first_row: int = 0) -> None:
    """Refuse unphysical jets.

    Args:
        p4: float [jets, N, 4], (E, px, py, pz) in GeV, falling pT, unused slots zero and last.
        source: what to call the jets in the message, usually the file's name.
        first_row: row number of ``p4[0]`` in its file.

    Raises:
        BadInput: wrong shape or type, or jets with NaN, negative energy, E < |p|, energies in MeV, no
            constituents, holes in the padding, or unsorted constituents; row numbers are named.
    """
    problems = find_problems(p4, first_row=first_row)
    if problems:
        listed = "; ".join(str(problem) for problem in problems)
        raise BadInput(
            f"{source} cannot be used: {listed}. `fpgajet data validate FILE` lists every row, "
            "`fpgajet data convert` sorts and rescales public formats."
        )


def require_shape(p4: NDArray[np.floating]) -> None:
    """Refuse anything but a floating-point array [jets, N, 4].

    Raises:
        BadInput: with the shape and type found.
    """
    columns = (MOMENTUM_COLUMNS, OBJECT_COLUMNS)
    if p4.ndim != 3 or p4.shape[-1] not in columns or not np.issubdtype(p4.dtype, np.floating):
        raise BadInput(
            f"jets must be a floating-point array of shape [jets, constituents, 4] with (E, px, py, pz) "
            f"in GeV, or objects [events, N, 5] with a type too; this one is {p4.dtype} of shape {list(p4.shape)}."
        )
