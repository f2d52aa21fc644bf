"""Weights of neutral candidates, after PUPPI (Bertolini, Harris, Low, Tran, arXiv:1407.6013).

A particle's alpha is the logarithm of the sum over tracks of the hard vertex of pT / Delta R, for
Rmin < Delta R < R0 (eq. 2.1 to 2.3 with tracks). Its weight is the probability that a chi-squared variable of one
degree of freedom is smaller than ((alpha - median) / RMS)^2, with the median and the RMS of the values below the median
of tracks from pile-up (eq. 2.5 to 2.7). The paper takes both from one event. A trigger has constants instead, so they
are taken here from the pile-up tracks around the jets of a batch of events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quant.data.generation.particles import Candidates, Floats
from quant.data.generation.recipe import PileUp

#: with fewer pile-up tracks there is no distribution to compare with, and all weights are one
FEWEST_TRACKS = 20
# Distance between events in the search for neighbours: further than any cone.
APART = 100.0


@dataclass(frozen=True)
class Calibration:
    """Median of alpha over tracks from pile-up, and RMS of the values below it around it."""

    median: float
    left_rms: float


def alphas(of: Candidates, hard_tracks: Candidates, pileup: PileUp) -> Floats:
    """alpha of each candidate; minus infinity where no track of the hard vertex is near.

    Args:
        of, hard_tracks: phi continuous across the candidates of an event: no jump from pi to -pi between neighbours.
    """
    from scipy.spatial import cKDTree

    near, others = cKDTree(_places(of)), cKDTree(_places(hard_tracks))
    pairs = near.sparse_distance_matrix(others, pileup.cone, output_type="ndarray")
    pairs = pairs[pairs["v"] > max(pileup.inner_cone, 1e-9)]
    total = np.bincount(pairs["i"], hard_tracks.pt[pairs["j"]] / pairs["v"], len(of.pt))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(total))


def _places(candidates: Candidates) -> Floats:
    return np.stack([candidates.eta, candidates.phi, APART * candidates.event], axis=1)


def calibrate(alpha_of_pileup: Floats) -> Calibration | None:
    """From the alpha of pile-up tracks; None where too few of them have a neighbour."""
    finite = alpha_of_pileup[np.isfinite(alpha_of_pileup)]
    if len(finite) < FEWEST_TRACKS:
        return None
    median = float(np.median(finite))
    below = finite[finite <= median] - median
    return Calibration(median, max(float(np.sqrt(np.mean(below**2))), 1e-9))


def weights(alpha: Floats, calibration: Calibration | None, pileup: PileUp) -> Floats:
    """Weight in [0, 1] of each neutral candidate."""
    from scipy.special import erf

    if calibration is None:
        return np.ones(len(alpha))
    distance = np.maximum(alpha - calibration.median, 0.0) / calibration.left_rms
    weight = np.asarray(erf(distance / np.sqrt(2.0)), dtype=np.float64)
    return np.where(weight < pileup.weight_min, 0.0, weight)


def weighted(neutrals: Candidates, weight: Floats, interactions: Floats, pileup: PileUp) -> Candidates:
    """Neutral candidates with weighted pT, those above the threshold for their event's pile-up vertices.

    Args:
        interactions: [neutrals], pile-up interactions of the event.
    """
    pt = neutrals.pt * weight
    constant, slope = pileup.neutral_pt
    kept = (pt > 0) & ((pt > constant + slope * interactions) | (interactions == 0))
    known = np.concatenate([neutrals.known[:, :-1], weight[:, None]], axis=1)
    return replace(neutrals, pt=pt, known=known)[kept]
