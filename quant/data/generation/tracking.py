"""Charged particles become tracks: efficiency and momentum resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.cards import DetectorCard, TrackSpecies
from quant.data.generation.particles import ELECTRON, MUON, Floats, Ints
from quant.data.generation.smearing import log_normal, step_values


def smeared_track_pt(
    pt: Floats, eta: Floats, pdg: Ints, charge: Floats, card: DetectorCard, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Measured pT [GeV] of each particle's track, 0 where there is none, and its relative resolution."""
    luck = rng.random(len(pt))
    noise = rng.standard_normal(len(pt))
    measured = np.zeros(len(pt))
    precision = np.ones(len(pt))
    species: list[tuple[TrackSpecies, NDArray[np.bool_]]] = [
        (card.electron, pdg == ELECTRON),
        (card.muon, pdg == MUON),
        (card.hadron, (pdg != ELECTRON) & (pdg != MUON)),
    ]
    for kind, of_kind in species:
        rows = np.flatnonzero(of_kind & (charge != 0) & (pt > card.track_pt_min))
        momentum = pt[rows]
        low, middle, high = step_values(kind.efficiency, eta[rows])
        efficiency = np.where(momentum <= 1.0, low, np.where(momentum <= 100.0, middle, high))
        constant, linear = step_values(kind.resolution, eta[rows])
        relative = np.hypot(constant, linear * momentum)
        smeared = log_normal(momentum, relative * momentum, noise[rows])
        measured[rows] = np.where(luck[rows] < efficiency, smeared, 0.0)
        precision[rows] = relative
    return measured, precision
