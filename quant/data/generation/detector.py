"""A fast detector in numpy: stable particles in, massless energy-flow candidates out.

It does in arrays, for many events at once, what Delphes' modules do one particle at a time (tracks,
two calorimeters, energy flow by subtraction; J. de Favereau et al., JHEP 02 (2014) 057), with the
numbers of a :class:`~quant.data.generation.cards.DetectorCard`. Written from the published description.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.calorimeter import CellEnergies, Hits, energy_flow
from quant.data.generation.cards import Calorimeter, DetectorCard
from quant.data.generation.particles import (
    ELECTRON,
    ETA_MAX,
    K_SHORT,
    LAMBDA,
    MUON,
    NEUTRINOS,
    PHOTON,
    Candidates,
    Floats,
    Particles,
)
from quant.data.generation.propagation import propagate
from quant.data.generation.tracking import smeared_track_pt


def simulate(particles: Particles, card: DetectorCard, rng: np.random.Generator) -> Candidates:
    """Energy-flow candidates (tracks, photons, neutral hadrons) of ``particles``, grouped by kind."""
    at_calorimeter = propagate(particles, card)
    inside = at_calorimeter.reached & (np.abs(at_calorimeter.eta) < ETA_MAX)
    visible = ~np.isin(np.abs(particles.pdg), NEUTRINOS) & inside
    event = particles.event[visible]
    eta, phi = at_calorimeter.eta[visible], at_calorimeter.phi[visible]
    pdg = np.abs(particles.pdg[visible])
    energy = particles.energy[visible]
    electromagnetic = (pdg == ELECTRON) | (pdg == PHOTON)
    decays_inside = (pdg == K_SHORT) | (pdg == LAMBDA)
    ecal_share = np.select([electromagnetic, decays_inside], [1.0, 0.3], 0.0)
    hcal_share = np.select([electromagnetic | (pdg == MUON), decays_inside], [0.0, 0.7], 1.0)

    px, py, pz = particles.px[visible], particles.py[visible], particles.pz[visible]
    true_pt = np.hypot(px, py)
    track_pt, precision = smeared_track_pt(true_pt, eta, pdg, particles.charge[visible], card, rng)
    track_eta = np.arcsinh(pz / np.maximum(true_pt, 1e-12))
    track_energy = track_pt * np.cosh(track_eta)

    def measure(calorimeter: Calorimeter, share: Floats, of_kind: NDArray[np.bool_]) -> CellEnergies:
        tracks = np.where(of_kind, track_energy, 0.0)
        return energy_flow(calorimeter, Hits(event, eta, phi, energy * share, tracks, precision), rng)

    electron, muon = pdg == ELECTRON, pdg == MUON
    ecal = measure(card.ecal, ecal_share, electron)
    hcal = measure(card.hcal, hcal_share, ~electron & ~muon)
    track_pt = track_pt * np.select([electron, muon], [ecal.track_scale, 1.0], hcal.track_scale)
    seen = track_pt > 0
    tracks = Candidates(event[seen], track_pt[seen], track_eta[seen], np.arctan2(py, px)[seen])
    parts = (tracks, ecal.neutrals, hcal.neutrals)
    names = ("event", "pt", "eta", "phi")
    return Candidates(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
