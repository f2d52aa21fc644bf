"""One calorimeter: cells, energy resolution, and energy flow with the tracks that point to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.cards import Calorimeter
from quant.data.generation.particles import ETA_MAX, Candidates, Floats, Ints, known_of
from quant.data.generation.smearing import log_normal, step_values


@dataclass(frozen=True)
class Hits:
    """What enters a calorimeter, one entry a particle: deposits and measured track energies [GeV].

    ``precision`` is the tracks' relative resolution.
    """

    event: Ints
    eta: Floats
    phi: Floats
    deposit: Floats
    track_energy: Floats
    precision: Floats


@dataclass(frozen=True)
class CellEnergies:
    """Neutral candidates, one a cell, and the factor [n] by which each particle's track is corrected."""

    neutrals: Candidates
    track_scale: Floats


def energy_flow(calorimeter: Calorimeter, hits: Hits, rng: np.random.Generator) -> CellEnergies:
    """Calorimeter energy that no track explains, and tracks that the calorimeter measures better.

    Deposits are summed in cells and smeared. Tracks more precise than the calorimeter are subtracted;
    if a cell has tracks less precise than it, they are scaled to share what is left, otherwise what is
    left is a neutral candidate if it passes the thresholds. Its direction is uniform in the cell.
    """
    rows = np.flatnonzero((hits.deposit > 0) | (hits.track_energy > 0))
    eta_cells = round(2 * ETA_MAX / calorimeter.cell_eta)
    phi_width = np.deg2rad(calorimeter.cell_phi_degrees)
    phi_cells = round(2 * np.pi / phi_width)
    ieta = np.floor((hits.eta[rows] + ETA_MAX) / calorimeter.cell_eta).astype(np.int64)
    iphi = np.mod(np.floor((hits.phi[rows] + np.pi) / phi_width).astype(np.int64), phi_cells)
    cell, member = np.unique((hits.event[rows] * eta_cells + ieta) * phi_cells + iphi, return_inverse=True)
    corner_eta = (cell // phi_cells % eta_cells) * calorimeter.cell_eta - ETA_MAX
    centre_eta = corner_eta + calorimeter.cell_eta / 2

    def total(energy: Floats) -> Floats:
        return np.bincount(member, energy, len(cell)).astype(np.float64)

    true_energy = total(hits.deposit[rows])
    noise = rng.standard_normal(len(cell))
    measured = log_normal(true_energy, resolution(calorimeter, centre_eta, true_energy), noise)
    measured = np.where(counts(calorimeter, measured, centre_eta), measured, 0.0)

    track = hits.track_energy[rows]
    sigma = resolution(calorimeter, centre_eta[member], track)
    coarse = (track > 0) & (sigma < hits.precision[rows] * track)
    left = measured - total(np.where(coarse, 0.0, track))
    coarse_total = total(np.where(coarse, track, 0.0))
    scale = np.maximum(left, 0.0) / np.where(coarse_total > 0, coarse_total, 1.0)
    track_scale = np.ones(len(hits.event))
    track_scale[rows[coarse]] = scale[member[coarse]]

    neutral = np.where(coarse_total > 0, 0.0, np.maximum(left, 0.0))
    keep = counts(calorimeter, neutral, centre_eta)
    place = rng.random((2, len(cell)))
    eta = (corner_eta + place[0] * calorimeter.cell_eta)[keep]
    phi = ((cell % phi_cells + place[1]) * phi_width - np.pi)[keep]
    event = cell[keep] // (eta_cells * phi_cells)
    pt = neutral[keep] / np.cosh(eta)
    return CellEnergies(Candidates(event, pt, eta, phi, known_of(pt, 0, 0)), track_scale)


def counts(calorimeter: Calorimeter, energy: Floats, eta: Floats) -> NDArray[np.bool_]:
    """Is this energy [GeV] above the cell's thresholds?"""
    significant = energy > calorimeter.significance_min * resolution(calorimeter, eta, energy)
    return (energy > calorimeter.energy_min) & significant


def resolution(calorimeter: Calorimeter, eta: Floats, energy: Floats) -> Floats:
    """Energy resolution [GeV]."""
    linear, stochastic, constant = step_values(calorimeter.resolution, eta)
    return np.asarray(np.sqrt((linear * energy) ** 2 + stochastic**2 * energy + constant**2))
