"""The jet mass as a tagger: the reference that every network has to beat.

There is one definition in the project: a two-sided window around a centre, of the mass of those constituents
that the tagger sees. The window widens with signal efficiency, so its score is minus the distance from the
centre. The centre is chosen on one half of the jets and applied to the other, both ways (cross-fitting), so
that no jet is judged by a window that it helped to choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quant.metrics.errors import auc_contributions
from quant.metrics.roc import Real, auc, checked

#: centres that are tried, in GeV: first all of these, then every GeV around the best
COARSE = np.arange(20.0, 251.0, 5.0)
FINE = np.arange(-4.0, 5.0)


@dataclass(frozen=True)
class MassWindow:
    """Scores of the cross-fitted mass window.

    Attributes:
        scores: [jets], minus the distance in GeV of the mass from the centre.
        centres: in GeV; the first is applied to jets 0, 2, 4, ... of each class, the second to the others.
    """

    scores: Real
    centres: tuple[float, float]


def constituent_mass(constituents: NDArray[Any]) -> Real:
    """Invariant mass [B] in GeV of the sum of four-momenta [B, N, 4] (or objects, [B, N, 5]); negative squares
    count as 0."""
    energy, *momentum = np.asarray(constituents[..., :4], dtype=np.float64).sum(1).T
    mass: Real = np.sqrt(np.maximum(energy**2 - sum(p**2 for p in momentum), 0.0))
    return mass


def mass_window(label: ArrayLike, mass: ArrayLike) -> MassWindow:
    """The best two-sided mass window, each half of the jets with the centre that is best for the other half.

    With a single jet of a class there are no halves: the centre is then chosen on all jets, which flatters.

    Args:
        label: [jets], 1 for signal. mass: [jets] in GeV.

    Raises:
        BadInput: shapes differ, a mass is NaN, or one of the classes 0 and 1 is absent.
    """
    y, m = checked(label, mass)
    half = np.zeros(len(y), dtype=bool)
    for value in (0, 1):
        half[np.flatnonzero(y == value)[1::2]] = True
    if min((y == 1).sum(), (y == 0).sum()) < 2:
        centre = best_centre(y, m)
        return MassWindow(-np.abs(m - centre), (centre, centre))
    centres = best_centre(y[half], m[half]), best_centre(y[~half], m[~half])
    return MassWindow(-np.abs(m - np.where(half, centres[1], centres[0])), centres)


def best_centre(y: NDArray[np.int64], m: Real) -> float:
    """Centre in GeV of the windows with the highest AUC on these jets; the middle one of several."""

    def best(centres: Real) -> float:
        areas = np.array([auc(y, -np.abs(m - centre)) for centre in centres])
        highest = np.flatnonzero(areas == areas.max())
        return float(centres[highest[len(highest) // 2]])

    return best(best(COARSE) + FINE)


def mass_window_metrics(label: ArrayLike, mass: ArrayLike) -> dict[str, float | int | None]:
    """AUC of :func:`mass_window` with its error, mean of its centres in GeV, and AUC of a one-sided cut."""
    window = mass_window(label, mass)
    return {
        "auc": auc(label, window.scores),
        "auc_error": auc_contributions(label, window.scores).error(),
        "centre": sum(window.centres) / 2,
        "auc_monotone": auc(label, mass),
    }


def mass_warnings(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One sentence for each implementation whose AUC is below that of the mass window, if there is one.

    Args:
        rows: metrics by implementation, as :func:`quant.metrics.physics_metrics` returns them.
    """
    if "jet_mass" not in rows:
        return []
    window = rows["jet_mass"]["auc"]
    return [
        f"the AUC of {name.replace('_', ' ')}, {row['auc']:.4f}, is below that of the mass window, {window:.4f}"
        for name, row in rows.items()
        if name != "jet_mass" and row["auc"] < window
    ]
