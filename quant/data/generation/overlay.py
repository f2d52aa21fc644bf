"""Pile-up around the leading jet of each hard event, and what a trigger keeps of it.

1. The hard event alone is simulated; events whose leading jet is far from passing are dropped.
2. A Poisson number of events from the pool is laid over each, turned around the beams. Only what lands near the jet is
   simulated: deposits of the hard event and of pile-up share calorimeter cells, and the tracks of both are subtracted
   from them (energy flow).
3. Tracks stay if their measured z0 is near the hard vertex, which is taken to be found. Neutrals get PUPPI weights.
4. What stays is clustered again, and the selection applied.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from quant.data.generation import puppi
from quant.data.generation.cluster import LeadingJets, leading_jets
from quant.data.generation.detector import EnergyFlow, Response, join, reconstruct, respond
from quant.data.generation.matching import keep, matched
from quant.data.generation.particles import KNOWN, Candidates, Floats, Ints, Particles
from quant.data.generation.pool import MILLIMETRE, Pool, card_of
from quant.data.generation.recipe import JetSelection, Recipe
from quant.data.generation.seeded_cone import leading_cones
from quant.data.generation.truth import Resonances

# Pile-up moves a jet; these leave out only events that are far from passing.
LOOSE_PT = 0.75
LOOSE_ETA = 0.2
LOOSE_DISTANCE = 1.25
#: beyond the radius: room for a moved axis, the cone of PUPPI and the bending of soft tracks
MARGIN = 0.5
EVENTS_AT_A_TIME = 25


@dataclass(frozen=True)
class Seen:
    """``event`` [n], ``p4`` [n, 4] and ``known`` [n, 4] of candidates, and the jets found among them."""

    event: NDArray[np.int64]
    p4: NDArray[np.float64]
    known: NDArray[np.float64]
    jets: LeadingJets


def find_jets(event: Ints, p4: Floats, events: int, selection: JetSelection) -> LeadingJets:
    """Leading jets with the algorithm of the selection."""
    finder = leading_cones if selection.algorithm == "seeded-cone" else leading_jets
    return finder(event, p4, events, selection)


def momenta(found: Candidates) -> tuple[Ints, Floats, Floats]:
    """Massless candidates sorted by event: event [n], (E, px, py, pz) [n, 4] in GeV, and what else is known [n, 4]."""
    found = found[np.argsort(found.event, kind="stable")]
    pt, eta, phi = found.pt, found.eta, found.phi
    columns = (pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta))
    return found.event, np.stack(columns, axis=1), found.known


def with_pile_up(
    particles: Particles,
    events: int,
    truth: Resonances | None,
    recipe: Recipe,
    pool: Pool,
    rng: np.random.Generator,
) -> Seen:
    """Candidates around the leading jet of each hard event, and the jets that pass the selection.

    Args:
        particles: of ``events`` hard events. truth: resonances that a jet must hold; None: no condition.
    """
    card, selection = card_of(recipe), recipe.selection
    vertex = rng.normal(0.0, recipe.pileup.vertex_spread * MILLIMETRE, events)
    hard = respond(replace(particles, z=particles.z + vertex[particles.event]), card, rng)
    alone = reconstruct(hard, card, rng).candidates()
    loose = selection.model_copy(
        update={
            "pt_min": LOOSE_PT * selection.pt_min,
            "pt_max": 1e9,
            "eta_max": selection.eta_max + LOOSE_ETA,
        }
    )
    likely = find_jets(*momenta(alone)[:2], events, loose)
    if truth is not None and len(likely.event):
        likely = keep(likely, matched(likely, truth, LOOSE_DISTANCE * selection.match_distance))
    kept = [alone[np.zeros(0, np.int64)]]
    for first in range(0, len(likely.event), EVENTS_AT_A_TIME):
        rows = slice(first, first + EVENTS_AT_A_TIME)
        chosen, axis = likely.event[rows], likely.jet[rows, 1:3]
        around = _around(hard, pool, chosen, axis, recipe, rng)
        kept.append(_kept(around, vertex[chosen], axis, recipe, rng, chosen))
    event, p4, known = momenta(join(*kept))
    found = find_jets(event, p4, events, selection)
    if truth is not None and len(found.event):
        found = keep(found, matched(found, truth, selection.match_distance))
    return Seen(event, p4, known, found)


@dataclass(frozen=True)
class Around:
    """Responses near the jets: the first ``hard`` are of the hard events; ``interactions`` [events] laid over."""

    response: Response
    hard: int
    interactions: Ints


def _around(
    hard: Response, pool: Pool, chosen: Ints, axis: Floats, recipe: Recipe, rng: np.random.Generator
) -> Around:
    """Hard event and pile-up within the region of each chosen event's jet."""
    row = np.full(int(hard.event.max(initial=0)) + 1, -1)
    row[chosen] = np.arange(len(chosen))
    reach = recipe.selection.radius + MARGIN
    mine = hard[row[hard.event] >= 0]
    mine = _near(replace(mine, event=row[mine.event]), axis, np.zeros(len(mine.event)), reach)

    interactions = rng.poisson(recipe.pileup.mean, len(chosen))
    picks = rng.integers(0, len(pool), interactions.sum())
    turns = rng.uniform(0.0, 2 * np.pi, len(picks))
    sizes = pool.bounds[picks + 1] - pool.bounds[picks]
    starts = np.repeat(pool.bounds[picks] - np.cumsum(sizes) + sizes, sizes)
    rows = starts + np.arange(len(starts))
    event = np.repeat(np.repeat(np.arange(len(chosen)), interactions), sizes)
    turn = np.repeat(turns, sizes)
    eta = pool.response.eta[rows]
    strip = np.abs(eta - axis[event, 0]) < reach
    rows, event, turn = rows[strip], event[strip], turn[strip]
    inside = np.abs(_wrapped(pool.response.phi[rows] + turn - axis[event, 1])) < reach
    rows, event, turn = rows[inside], event[inside], turn[inside]
    laid_over = _near(replace(pool.response[rows], event=event), axis, turn, reach)
    columns = [
        np.concatenate([getattr(part, field.name) for part in (mine, laid_over)])
        for field in fields(Response)
    ]
    return Around(Response(*columns), len(mine.event), interactions)


def _near(response: Response, axis: Floats, turn: Floats, reach: float) -> Response:
    """Turned around the beams, and only what meets the calorimeters within ``reach`` of the axis."""
    phi, track_phi = _wrapped(response.phi + turn), _wrapped(response.track_phi + turn)
    distance = _wrapped(phi - axis[response.event, 1]), response.eta - axis[response.event, 0]
    near = (np.abs(distance[0]) < reach) & (np.abs(distance[1]) < reach)
    return replace(response, phi=phi, track_phi=track_phi)[near]


def _wrapped(phi: Floats) -> Floats:
    return np.asarray(np.mod(phi + np.pi, 2 * np.pi) - np.pi)


def _kept(
    around: Around, vertex: Floats, axis: Floats, recipe: Recipe, rng: np.random.Generator, chosen: Ints
) -> Candidates:
    """Tracks of the hard vertex and weighted neutrals, numbered as the batch numbers its events."""
    pileup = recipe.pileup
    flow: EnergyFlow = reconstruct(around.response, card_of(recipe), rng)
    tracks, neutrals = _relative(flow.tracks, axis), _relative(flow.neutrals, axis)
    rows = flow.rows
    resolution = pileup.z0_resolution * MILLIMETRE * np.cosh(tracks.eta)
    z0 = around.response.z0[rows] + resolution * rng.standard_normal(len(rows))
    from_vertex = np.abs(z0 - vertex[tracks.event]) < pileup.z0_cut * MILLIMETRE
    tracks.known[:, KNOWN.index("z0")] = (z0 - vertex[tracks.event]) / MILLIMETRE
    hard_tracks = tracks[from_vertex]
    # A trigger's constants come from simulation, which knows what is pile-up.
    others = tracks[~from_vertex & (rows >= around.hard)]
    calibration = puppi.calibrate(puppi.alphas(others, hard_tracks, pileup))
    weight = puppi.weights(puppi.alphas(neutrals, hard_tracks, pileup), calibration, pileup)
    interactions = around.interactions[neutrals.event].astype(np.float64)
    found = join(hard_tracks, puppi.weighted(neutrals, weight, interactions, pileup))
    return replace(found, event=chosen[found.event], phi=_wrapped(found.phi + axis[found.event, 1]))


def _relative(candidates: Candidates, axis: Floats) -> Candidates:
    """With phi relative to the axis, so that it does not jump within the region."""
    return replace(candidates, phi=_wrapped(candidates.phi - axis[candidates.event, 1]))
