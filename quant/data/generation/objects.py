"""A toy reconstruction of whole events: one lepton, missing transverse momentum, b jets and other jets.

Leptons come from the decay of a W or tau and are isolated; jets are anti-kT jets of R = 0.4 of everything else that is
visible, smeared as a whole; b tags are drawn with fixed efficiencies. Nothing of a detector is simulated beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.data.generation.packing import on_shell_float32
from quant.data.generation.particles import NEUTRINOS, Particles
from quant.data.generation.recipe import Recipe
from quant.data.generation.truth import Records
from quant.data.jets import OBJECT_COLUMNS, Jets, jet_kinematics

Floats = NDArray[np.float64]

#: codes of fpgajet.ops.forms.objects.TYPES
LEPTON, MISSING, B_JET, JET = 1, 2, 3, 4
#: GeV; |eta|; radius and the largest share of other particles' pT within it
LEPTON_PT, LEPTON_ETA, ISOLATION_RADIUS, ISOLATION = 25.0, 2.5, 0.3, 0.2
JET_PT, JET_ETA, JET_RADIUS, FEWEST_JETS = 25.0, 2.5, 0.4, 2
VISIBLE_ETA = 4.5
#: probability of a b tag for a jet with a b hadron, a c hadron, or neither
TAGGED = (0.75, 0.12, 0.01)
HADRON_PT = 5.0
#: relative resolution of jets: stochastic term in GeV^0.5, and constant term; of leptons; of missing pT in GeV
JET_RESOLUTION, LEPTON_RESOLUTION, MISSING_RESOLUTION = (0.8, 0.05), 0.02, 10.0


@dataclass(frozen=True)
class Kinematics:
    """Four-momenta [n, 4] in GeV with what is cut on."""

    p4: Floats

    @property
    def pt(self) -> Floats:
        pt: Floats = np.hypot(self.p4[:, 1], self.p4[:, 2])
        return pt

    @property
    def eta(self) -> Floats:
        eta: Floats = np.arcsinh(self.p4[:, 3] / np.maximum(self.pt, 1e-12))
        return eta

    @property
    def phi(self) -> Floats:
        phi: Floats = np.arctan2(self.p4[:, 2], self.p4[:, 1])
        return phi


def events_of_batch(
    records: Records, particles: Particles, recipe: Recipe, name: str, rng: np.random.Generator
) -> tuple[Jets, NDArray[np.int64]]:
    """The accepted events of a batch, objects in order of falling pT, and the event [n] of each.

    An event has exactly one lepton and at least :data:`FEWEST_JETS` jets; of those, the leading ones are kept that
    fill the slots beside lepton and missing pT.
    """
    p4 = np.stack([particles.energy, particles.px, particles.py, particles.pz], axis=1)
    heavy = _hadrons(records)
    rows, found = [], []
    bounds = np.searchsorted(particles.event, np.arange(records.events + 1))
    visible = ~np.isin(np.abs(particles.pdg), NEUTRINOS) & (np.abs(Kinematics(p4).eta) < VISIBLE_ETA)
    for event in range(records.events):
        of = slice(bounds[event], bounds[event + 1])
        seen = visible[of]
        objects = _reconstructed(
            p4[of][seen], np.abs(particles.pdg[of][seen]), [hadrons[event] for hadrons in heavy], recipe, rng
        )
        if objects is not None:
            rows.append(event)
            found.append(objects)
    content = np.stack(found) if found else np.zeros((0, recipe.constituents, OBJECT_COLUMNS), np.float32)
    packed = Jets(
        constituents=content,
        multiplicity=(content[..., 0] > 0).sum(1).astype(np.int16),
        label=np.full(len(rows), recipe.classes.index(name), np.uint8),
        jet=jet_kinematics(content).astype(np.float32),
        classes=recipe.classes,
    )
    return packed, np.array(rows, dtype=np.int64)


def _reconstructed(
    p4: Floats, pdg: NDArray[np.int64], heavy: list[Floats], recipe: Recipe, rng: np.random.Generator
) -> NDArray[np.float32] | None:
    """Objects [slots, 5] of one event's visible particles, or None if it is not selected."""
    all_of_it = Kinematics(p4)
    lepton = _lepton(all_of_it, pdg)
    if lepton is None:
        return None
    jets = _jets(np.delete(p4, lepton, axis=0))
    scale = 1.0 + rng.normal(size=len(jets)) * np.hypot(
        JET_RESOLUTION[0] / np.sqrt(np.maximum(Kinematics(jets).pt, 1.0)), JET_RESOLUTION[1]
    )
    smeared = Kinematics(jets * np.maximum(scale, 0.1)[:, None])
    lost = rng.normal(scale=MISSING_RESOLUTION, size=2) - p4[:, 1:3].sum(0)
    missing = lost + (jets - smeared.p4)[:, 1:3].sum(0)
    kept = np.flatnonzero((smeared.pt > JET_PT) & (np.abs(smeared.eta) < JET_ETA))
    kept = kept[np.argsort(-smeared.pt[kept])][: recipe.constituents - 2]
    if len(kept) < min(FEWEST_JETS, recipe.constituents - 2):
        return None
    chosen = Kinematics(smeared.p4[kept])
    tagged = rng.random(len(kept)) < _tag_probability(chosen, heavy)
    momenta = np.concatenate([
        p4[lepton][None] * (1.0 + LEPTON_RESOLUTION * rng.normal()),
        np.array([[np.hypot(*missing), *missing, 0.0]]),
        chosen.p4,
    ])  # fmt: skip
    codes = np.concatenate([[LEPTON, MISSING], np.where(tagged, B_JET, JET)])
    order = np.argsort(-Kinematics(momenta).pt)
    objects = np.zeros((recipe.constituents, OBJECT_COLUMNS), np.float32)
    objects[: len(order), :4] = on_shell_float32(momenta[order])
    objects[: len(order), 4] = codes[order]
    return objects


def _lepton(particles: Kinematics, pdg: NDArray[np.int64]) -> int | None:
    """Row of the only isolated electron or muon; None if there is none or another one."""
    rows = np.flatnonzero(
        np.isin(pdg, (11, 13)) & (particles.pt > LEPTON_PT) & (np.abs(particles.eta) < LEPTON_ETA)
    )
    isolated = []
    for row in rows:
        near = _distance(particles, particles.eta[row], particles.phi[row]) < ISOLATION_RADIUS
        if particles.pt[near].sum() - particles.pt[row] < ISOLATION * particles.pt[row]:
            isolated.append(int(row))
    return isolated[0] if len(isolated) == 1 else None


def _jets(p4: Floats) -> Floats:
    """Anti-kT jets above half of :data:`JET_PT`: [jets, 4]."""
    import fastjet

    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, JET_RADIUS)
    given = [fastjet.PseudoJet(px, py, pz, energy) for energy, px, py, pz in p4.tolist()]
    jets = fastjet.ClusterSequence(given, definition).inclusive_jets(JET_PT / 2)
    return np.array([[jet.e(), jet.px(), jet.py(), jet.pz()] for jet in jets], dtype=np.float64).reshape(
        -1, 4
    )


def _hadrons(records: Records) -> list[list[Floats]]:
    """For b and c: by event, eta and phi [n, 2] of the hadrons with that flavour."""
    code = np.abs(records.pdg)
    flavour = np.maximum(code // 100 % 10, code // 1000 % 10)
    momenta = Kinematics(records.p4)
    result = []
    for wanted in (5, 4):
        rows = np.flatnonzero((flavour == wanted) & (code > 100) & (momenta.pt > HADRON_PT))
        where = np.stack([momenta.eta[rows], momenta.phi[rows]], 1)
        result.append([where[records.event[rows] == event] for event in range(records.events)])
    return result


def _tag_probability(jets: Kinematics, heavy: list[Floats]) -> Floats:
    """By whether a b or a c hadron lies in the jet."""
    probability = np.full(len(jets.p4), TAGGED[2])
    for hadrons, share in ((heavy[1], TAGGED[1]), (heavy[0], TAGGED[0])):
        for eta, phi in hadrons:
            probability[_distance(jets, eta, phi) < JET_RADIUS] = share
    return probability


def _distance(of: Kinematics, eta: float, phi: float) -> Floats:
    around = np.pi - np.abs(np.pi - np.abs(of.phi - phi))
    distance: Floats = np.hypot(of.eta - eta, around)
    return distance
