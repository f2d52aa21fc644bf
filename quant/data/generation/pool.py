"""Minimum-bias events, made once per data set and laid over every jet in new combinations.

An event of the pool is reused many times, each time turned by a random angle around the beams. Its tracks and deposits
are computed once. Vertices along the beams belong to the pool's events, so that helices end where they should.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.files import atomic_path
from quant.data.generation.cards import DELPHES_ATLAS, DetectorCard
from quant.data.generation.detector import Response, respond
from quant.data.generation.particles import Ints, Particles
from quant.data.generation.pythia import Charges, pythia_with, streams_of
from quant.data.generation.recipe import Recipe
from quant.data.generation.truth import read_batch, stable_particles

# After the common settings: the soft collisions of pile-up need the multiple interactions that they switch off.
MINIMUM_BIAS = ("SoftQCD:inelastic = on", "PartonLevel:MPI = on")
EVENTS_AT_A_TIME = 500
MILLIMETRE = 1e-3
_FIELDS = tuple(field.name for field in fields(Response))


@dataclass(frozen=True)
class Pool:
    """``response`` of all events in order (float32 inside), ``bounds`` int [events + 1]: where each begins."""

    response: Response
    bounds: Ints

    def __len__(self) -> int:
        return len(self.bounds) - 1


def card_of(recipe: Recipe) -> DetectorCard:
    """The detector with the tracks of a trigger: none below the recipe's least pT."""
    return replace(DELPHES_ATLAS, track_pt_min=recipe.pileup.track_pt_min)


def displaced(particles: Particles, recipe: Recipe, events: int, rng: np.random.Generator) -> Particles:
    """Move each event's vertex along the beams. The displacement is normally distributed."""
    shift = rng.normal(0.0, recipe.pileup.vertex_spread * MILLIMETRE, events)
    return replace(particles, z=particles.z + shift[particles.event])


def make_pool(recipe: Recipe, seed: tuple[int, ...]) -> Pool:
    """Generate the pool's events; a function of the arguments alone.

    Raises:
        ToolFailed: Pythia cannot be initialised.
    """
    number, rng = streams_of(seed)
    pythia = pythia_with([*recipe.common_settings, *MINIMUM_BIAS], number, "minimum bias")
    charges = Charges(pythia.particleData)
    pieces: list[Response] = []
    wanted = recipe.pileup.pool_events
    for first in range(0, wanted, EVENTS_AT_A_TIME):
        records = read_batch(pythia.nextBatch(min(EVENTS_AT_A_TIME, wanted - first)))
        particles = displaced(stable_particles(records, charges), recipe, records.events, rng)
        found = respond(particles, card_of(recipe), rng)
        found = found[(found.ecal > 0) | (found.hcal > 0) | (found.track_pt > 0)]
        pieces.append(replace(found, event=found.event + first))
    columns = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in _FIELDS}
    return _pool(columns, wanted)


def _pool(columns: dict[str, Any], events: int) -> Pool:
    event = columns["event"].astype(np.int64)
    small = {
        name: column.astype(np.int64 if name in ("event", "pdg") else np.float32)
        for name, column in columns.items()
    }
    return Pool(Response(**small), np.searchsorted(event, np.arange(events + 1)).astype(np.int64))


def save_pool(path: Path, pool: Pool, made_from: dict[str, Any]) -> None:
    """Write the pool and what it was made from."""
    columns = {name: getattr(pool.response, name) for name in _FIELDS}
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream, bounds=pool.bounds, made_from=np.array(json.dumps(made_from, sort_keys=True)), **columns
        )


def load_pool(path: Path, made_from: dict[str, Any]) -> Pool | None:
    """The pool in ``path``; None where there is none, a damaged one, or one made from something else."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            if json.loads(str(stored["made_from"])) != json.loads(json.dumps(made_from)):
                return None
            response = Response(*(stored[name] for name in _FIELDS))
            return Pool(response, stored["bounds"])
    except (OSError, ValueError, KeyError, EOFError):
        return None
