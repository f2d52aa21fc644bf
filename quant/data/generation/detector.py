"""A fast detector in numpy: stable particles in, massless energy-flow candidates out.

It does in arrays, for many events at once, what Delphes' modules do one particle at a time (tracks,
two calorimeters, energy flow by subtraction; J. de Favereau et al., JHEP 02 (2014) 057), with the
numbers of a :class:`~quant.data.generation.cards.DetectorCard`. Written from the published description.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.calorimeter import CellEnergies, Hits, energy_flow
from quant.data.generation.cards import Calorimeter, DetectorCard
from quant.data.generation.particles import (
    ELECTRON,
    ETA_MAX,
    K_SHORT,
    KINDS,
    LAMBDA,
    MUON,
    NEUTRINOS,
    PHOTON,
    Candidates,
    Floats,
    Ints,
    Particles,
    known_of,
)
from quant.data.generation.propagation import propagate
from quant.data.generation.tracking import smeared_track_pt

#: numbers of the kinds of candidates
ELECTRONS, MUONS, CHARGED, PHOTONS, NEUTRALS = range(1, len(KINDS) + 1)
#: of a metre
MILLIMETRES = 1000.0


@dataclass(frozen=True)
class Response:
    """What the detector sees of each particle, flat: [n] each, before cells are summed.

    ``eta``, ``phi`` where it meets the calorimeters; ``ecal``, ``hcal`` deposits [GeV]; ``track_pt`` [GeV], 0 where
    there is no track, with its direction, relative ``precision``, longitudinal impact parameter ``z0`` [m] and
    ``charge``.
    """

    event: Ints
    pdg: Ints
    eta: Floats
    phi: Floats
    ecal: Floats
    hcal: Floats
    track_pt: Floats
    track_eta: Floats
    track_phi: Floats
    precision: Floats
    z0: Floats
    charge: Floats

    def __getitem__(self, rows: NDArray[Any]) -> Response:
        return Response(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class EnergyFlow:
    """``tracks``: charged candidates, ``rows`` int [tracks]: the response that each comes from; ``neutrals``."""

    tracks: Candidates
    rows: Ints
    neutrals: Candidates

    def candidates(self) -> Candidates:
        """All of them, tracks first."""
        return join(self.tracks, self.neutrals)


def join(*parts: Candidates) -> Candidates:
    """One list after the other."""
    names = [field.name for field in fields(Candidates)]
    return Candidates(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def simulate(particles: Particles, card: DetectorCard, rng: np.random.Generator) -> Candidates:
    """Energy-flow candidates (tracks, photons, neutral hadrons) of ``particles``, grouped by kind."""
    return reconstruct(respond(particles, card, rng), card, rng).candidates()


def respond(particles: Particles, card: DetectorCard, rng: np.random.Generator) -> Response:
    """Tracks and deposits of the particles that reach the calorimeters."""
    at_calorimeter = propagate(particles, card)
    inside = at_calorimeter.reached & (np.abs(at_calorimeter.eta) < ETA_MAX)
    visible = ~np.isin(np.abs(particles.pdg), NEUTRINOS) & inside
    eta, phi = at_calorimeter.eta[visible], at_calorimeter.phi[visible]
    pdg = np.abs(particles.pdg[visible])
    energy = particles.energy[visible]
    electromagnetic = (pdg == ELECTRON) | (pdg == PHOTON)
    decays_inside = (pdg == K_SHORT) | (pdg == LAMBDA)
    ecal_share = np.select([electromagnetic, decays_inside], [1.0, 0.3], 0.0)
    hcal_share = np.select([electromagnetic | (pdg == MUON), decays_inside], [0.0, 0.7], 1.0)

    px, py, pz = particles.px[visible], particles.py[visible], particles.pz[visible]
    x, y, z = particles.x[visible], particles.y[visible], particles.z[visible]
    true_pt = np.maximum(np.hypot(px, py), 1e-12)
    track_pt, precision = smeared_track_pt(true_pt, eta, pdg, particles.charge[visible], card, rng)
    return Response(
        event=particles.event[visible],
        pdg=pdg,
        eta=eta,
        phi=phi,
        ecal=energy * ecal_share,
        hcal=energy * hcal_share,
        track_pt=track_pt,
        track_eta=np.arcsinh(pz / true_pt),
        track_phi=np.arctan2(py, px),
        precision=precision,
        z0=z - (x * px + y * py) / true_pt * pz / true_pt,
        charge=particles.charge[visible],
    )


def reconstruct(seen: Response, card: DetectorCard, rng: np.random.Generator) -> EnergyFlow:
    """Sum deposits in cells and combine them with the tracks."""
    track_energy = seen.track_pt * np.cosh(seen.track_eta)

    def measure(calorimeter: Calorimeter, deposit: Floats, of_kind: NDArray[np.bool_]) -> CellEnergies:
        tracks = np.where(of_kind, track_energy, 0.0)
        hits = Hits(seen.event, seen.eta, seen.phi, deposit, tracks, seen.precision)
        return energy_flow(calorimeter, hits, rng)

    electron, muon = seen.pdg == ELECTRON, seen.pdg == MUON
    ecal = measure(card.ecal, seen.ecal, electron)
    hcal = measure(card.hcal, seen.hcal, ~electron & ~muon)
    track_pt = seen.track_pt * np.select([electron, muon], [ecal.track_scale, 1.0], hcal.track_scale)
    rows = np.flatnonzero(track_pt > 0)
    pt, z0 = track_pt[rows], seen.z0[rows] * MILLIMETRES
    kind = np.select([electron[rows], muon[rows]], [ELECTRONS, MUONS], CHARGED)
    known = known_of(pt, np.sign(seen.charge[rows]), kind, z0)
    tracks = Candidates(seen.event[rows], pt, seen.track_eta[rows], seen.track_phi[rows], known)
    neutrals = [
        replace(found, known=known_of(found.pt, 0, kind))
        for found, kind in ((ecal.neutrals, PHOTONS), (hcal.neutrals, NEUTRALS))
    ]
    return EnergyFlow(tracks, rows, join(*neutrals))
