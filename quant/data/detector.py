"""A fast detector in numpy: stable particles in, massless energy-flow candidates out.

It does in arrays, for many events at once, what Delphes' modules do one particle at a time (tracks,
two calorimeters, energy flow by subtraction; J. de Favereau et al., JHEP 02 (2014) 057), with the
numbers of a :class:`~quant.data.cards.DetectorCard`. Written from the published description.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.data.cards import Calorimeter, DetectorCard, Steps, TrackSpecies

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Jets end at |eta| = 2.8; nothing further out can reach one.
ETA_MAX = 3.2
GEV_PER_TESLA_METRE = 0.299792458
K_SHORT, LAMBDA = 310, 3122
NEUTRINOS = (12, 14, 16)


@dataclass(frozen=True)
class Particles:
    """Stable particles of many events, flat: [n] each. ``event`` rises; momenta in GeV, vertex in m."""

    event: Ints
    pdg: Ints
    charge: Floats
    px: Floats
    py: Floats
    pz: Floats
    energy: Floats
    x: Floats
    y: Floats
    z: Floats


@dataclass(frozen=True)
class Candidates:
    """Massless detector objects, flat: [n] each; pT in GeV."""

    event: Ints
    pt: Floats
    eta: Floats
    phi: Floats


def simulate(particles: Particles, card: DetectorCard, rng: np.random.Generator) -> Candidates:
    """Energy-flow candidates (tracks, photons, neutral hadrons) of ``particles``, grouped by kind."""
    at_calorimeter = propagate(particles, card)
    inside = at_calorimeter.reached & (np.abs(at_calorimeter.eta) < ETA_MAX)
    visible = ~np.isin(np.abs(particles.pdg), NEUTRINOS) & inside
    event = particles.event[visible]
    eta, phi = at_calorimeter.eta[visible], at_calorimeter.phi[visible]
    pdg = np.abs(particles.pdg[visible])
    energy = particles.energy[visible]
    ecal_share = np.select([(pdg == 11) | (pdg == 22), (pdg == K_SHORT) | (pdg == LAMBDA)], [1.0, 0.3], 0.0)
    hcal_share = np.select(
        [(pdg == 11) | (pdg == 22) | (pdg == 13), (pdg == K_SHORT) | (pdg == LAMBDA)], [0.0, 0.7], 1.0
    )

    px, py, pz = particles.px[visible], particles.py[visible], particles.pz[visible]
    true_pt = np.hypot(px, py)
    track_pt, precision = smeared_track_pt(true_pt, eta, pdg, particles.charge[visible], card, rng)
    track_eta = np.arcsinh(pz / np.maximum(true_pt, 1e-12))
    track_energy = track_pt * np.cosh(track_eta)

    def measure(calorimeter: Calorimeter, share: Floats, of_kind: NDArray[np.bool_]) -> CellEnergies:
        tracks = np.where(of_kind, track_energy, 0.0)
        return energy_flow(calorimeter, Hits(event, eta, phi, energy * share, tracks, precision), rng)

    electron, muon = pdg == 11, pdg == 13
    ecal = measure(card.ecal, ecal_share, electron)
    hcal = measure(card.hcal, hcal_share, ~electron & ~muon)
    track_pt = track_pt * np.select([electron, muon], [ecal.track_scale, 1.0], hcal.track_scale)
    seen = track_pt > 0
    tracks = Candidates(event[seen], track_pt[seen], track_eta[seen], np.arctan2(py, px)[seen])
    parts = (tracks, ecal.neutrals, hcal.neutrals)
    names = ("event", "pt", "eta", "phi")
    return Candidates(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Impact:
    """Where particles meet the calorimeters: eta and phi [n] seen from the origin, and whether they do."""

    eta: Floats
    phi: Floats
    reached: NDArray[np.bool_]


def propagate(p: Particles, card: DetectorCard) -> Impact:
    """Follow straight lines and helices from the vertex to the cylinder's barrel or end cap.

    A particle made outside of the cylinder (a late decay) is not seen, as in Delphes.
    """
    pt = np.maximum(np.hypot(p.px, p.py), 1e-12)
    inside = (np.hypot(p.x, p.y) < card.radius) & (np.abs(p.z) < card.half_length)
    curved = p.charge != 0
    # Path lengths are measured in the transverse plane [m].
    barrel = np.where(
        curved, helix_length(p, pt, card), line_length(p.x, p.y, p.px / pt, p.py / pt, card.radius)
    )
    slope = p.pz / pt
    with np.errstate(divide="ignore", invalid="ignore"):
        end_cap = np.where(slope == 0, np.inf, (np.copysign(card.half_length, slope) - p.z) / slope)
    length = np.minimum(barrel, end_cap)
    reached = inside & np.isfinite(length)
    length = np.where(reached, length, 0.0)

    phi0 = np.arctan2(p.py, p.px)
    turn = np.where(curved, -np.sign(p.charge) * length / helix_radius(pt, p.charge, card), 0.0)
    # Chord of an arc: length * sinc(turn / 2), in the direction halfway through the turn.
    chord = length * np.sinc(turn / (2 * np.pi))
    x = p.x + chord * np.cos(phi0 + turn / 2)
    y = p.y + chord * np.sin(phi0 + turn / 2)
    z = p.z + slope * length
    eta = np.arcsinh(z / np.maximum(np.hypot(x, y), 1e-6))
    return Impact(eta, np.arctan2(y, x), reached)


def helix_radius(pt: Floats, charge: Floats, card: DetectorCard) -> Floats:
    """Radius [m] of the circle in the transverse plane; 1 where there is no charge."""
    strength = np.where(charge == 0, 1.0, np.abs(charge)) * GEV_PER_TESLA_METRE * card.field
    return np.where(charge == 0, 1.0, pt / strength)


def line_length(x: Floats, y: Floats, ux: Floats, uy: Floats, radius: float) -> Floats:
    """Distance from (x, y) along the unit vector (ux, uy) to the circle of ``radius`` around the origin."""
    along = x * ux + y * uy
    room = np.maximum(along**2 + radius**2 - x**2 - y**2, 0.0)
    return np.sqrt(room) - along


def helix_length(p: Particles, pt: Floats, card: DetectorCard) -> Floats:
    """Arc length from the vertex to the barrel, infinite where the circle stays inside of it.

    With psi the angle at the circle's centre c between the particle and the direction of c, the particle
    is inside of the barrel where cos(psi) < k = (R^2 - c^2 - r^2) / (2 r c).
    """
    r = helix_radius(pt, p.charge, card)
    sense = -np.where(p.charge == 0, 1.0, np.sign(p.charge))
    # The centre lies r to the left (sense > 0) of the direction of flight.
    cx = p.x - sense * r * p.py / pt
    cy = p.y + sense * r * p.px / pt
    c = np.maximum(np.hypot(cx, cy), 1e-9)
    k = (card.radius**2 - c**2 - r**2) / (2 * r * c)
    crossing = np.arccos(np.clip(k, -1.0, 1.0))
    psi = np.arctan2(p.y - cy, p.x - cx) - np.arctan2(cy, cx)
    turned = np.mod(sense * psi, 2 * np.pi)
    angle = np.mod(2 * np.pi - crossing - turned, 2 * np.pi)
    return np.where(np.abs(k) < 1.0, r * angle, np.inf)


def smeared_track_pt(
    pt: Floats, eta: Floats, pdg: Ints, charge: Floats, card: DetectorCard, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Measured pT [GeV] of each particle's track, 0 where there is none, and its relative resolution."""
    luck = rng.random(len(pt))
    noise = rng.standard_normal(len(pt))
    measured = np.zeros(len(pt))
    precision = np.ones(len(pt))
    species: list[tuple[TrackSpecies, NDArray[np.bool_]]] = [
        (card.electron, pdg == 11),
        (card.muon, pdg == 13),
        (card.hadron, (pdg != 11) & (pdg != 13)),
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
        return np.bincount(member, energy, len(cell))

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
    return CellEnergies(Candidates(event, neutral[keep] / np.cosh(eta), eta, phi), track_scale)


def counts(calorimeter: Calorimeter, energy: Floats, eta: Floats) -> NDArray[np.bool_]:
    """Is this energy [GeV] above the cell's thresholds?"""
    significant = energy > calorimeter.significance_min * resolution(calorimeter, eta, energy)
    return (energy > calorimeter.energy_min) & significant


def resolution(calorimeter: Calorimeter, eta: Floats, energy: Floats) -> Floats:
    """Energy resolution [GeV]."""
    linear, stochastic, constant = step_values(calorimeter.resolution, eta)
    return np.sqrt((linear * energy) ** 2 + stochastic**2 * energy + constant**2)


def step_values(steps: Steps, eta: Floats) -> Floats:
    """The values [values, n] of the step in |eta| that each particle falls in; zero beyond the last."""
    edges = [edge for edge, _ in steps]
    width = len(steps[0][1])
    table = np.array([values for _, values in steps] + [(0.0,) * width])
    return table[np.searchsorted(edges, np.abs(eta))].T


def log_normal(mean: Floats, sigma: Floats, noise: Floats) -> Floats:
    """A log-normal variable of this mean and standard deviation, from standard normal ``noise``."""
    safe = np.maximum(mean, 1e-12)
    b = np.sqrt(np.log1p((sigma / safe) ** 2))
    return np.where(mean > 0, np.exp(np.log(safe) + b * noise - b**2 / 2), 0.0)
