"""One class of jets from Pythia: events, detector, leading jet, matching, four-momenta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, require_extra
from quant.data.generation.cards import DELPHES_ATLAS
from quant.data.generation.cross_sections import CrossSection
from quant.data.generation.detector import simulate
from quant.data.generation.matching import keep, matched, partons
from quant.data.generation.objects import events_of_batch
from quant.data.generation.overlay import Seen, find_jets, momenta, with_pile_up
from quant.data.generation.packing import pack
from quant.data.generation.particles import ETA_MAX, KNOWN, NEUTRINOS, Particles
from quant.data.generation.pool import Pool, make_pool
from quant.data.generation.processes import process_named
from quant.data.generation.pythia import Charges, pythia_with, streams_of
from quant.data.generation.recipe import Recipe
from quant.data.generation.truth import Records, hadronic_resonances, read_batch, stable_particles
from quant.data.jets import Jets, concatenate

EVENTS_AT_A_TIME = 250
# Without a single accepted jet in this many events, a recipe would never end.
HOPELESS_EVENTS = 20_000
POOL_STREAM = 2_000


def require_generator() -> None:
    """Raise MissingTool unless the packages of the extra ``gen`` can be imported."""
    require_extra("pythia8mc", "fastjet", "vector")  # with them comes scipy


def generate(
    recipe: Recipe,
    name: str,
    jets: int,
    seed: tuple[int, ...],
    progress: Callable[[int], None] = lambda _: None,
    pool: Pool | None = None,
) -> Jets:
    """Make ``jets`` jets of class ``name``; a function of the arguments alone.

    Args:
        seed: any tuple of non-negative numbers; different tuples give independent streams.
        progress: called with the number of jets accepted from each batch.
        pool: minimum-bias events, which only the mode ``level1-pileup`` needs; None: made from the seed.

    Raises:
        BadInput: Pythia refuses a setting, or no event passes the selection.
        ToolFailed: Pythia cannot be initialised.
    """
    number, rng = streams_of(seed)
    pythia = start_pythia(recipe, name, number)
    charges = Charges(pythia.particleData)
    if recipe.mode == "level1-pileup" and pool is None:
        pool = make_pool(recipe, (*seed, POOL_STREAM))

    pieces: list[Jets] = []
    accepted = events = 0
    cross_section = CrossSection()
    while accepted < jets:
        batch = pythia.nextBatch(EVENTS_AT_A_TIME)
        records = read_batch(batch)
        piece, event = jets_of_batch(records, charges, recipe, name, rng, pool)
        cross_section.add(batch, event)
        events += records.events
        if len(piece):
            pieces.append(piece[: jets - accepted])
            accepted += len(pieces[-1])
            progress(len(pieces[-1]))
        elif accepted == 0 and events >= HOPELESS_EVENTS:
            raise BadInput(
                f"none of {events} {name} events passed the selection: check its pT range against the pTHat "
                f"window {recipe.window(name)} GeV."
            )
    return cross_section.of(concatenate(pieces), pythia)


def start_pythia(recipe: Recipe, name: str, seed: int) -> Any:
    """A Pythia object ready to generate class ``name``; errors as :func:`pythia_with`."""
    low, high = recipe.window(name)
    window = [f"PhaseSpace:pTHatMin = {low}", f"PhaseSpace:pTHatMax = {high}"]
    settings = [*recipe.common_settings, *process_named(name).settings, *window, *recipe.pythia]
    return pythia_with(settings, seed, f"class {name}")


def jets_of_batch(
    records: Records,
    charges: Charges,
    recipe: Recipe,
    name: str,
    rng: np.random.Generator,
    pool: Pool | None = None,
) -> tuple[Jets, NDArray[np.int64]]:
    """The accepted jets of a batch of events, and the event [jets] of each."""
    particles = stable_particles(records, charges)
    if recipe.mode == "events":
        return events_of_batch(records, particles, recipe, name, rng)
    resonance = process_named(name).resonance
    truth = None if resonance is None else hadronic_resonances(records, resonance)
    if pool is not None:
        seen = with_pile_up(particles, records.events, truth, recipe, pool, rng)
    else:
        event, p4, known = visible(particles, recipe, rng)
        found = find_jets(event, p4, records.events, recipe.selection)
        if truth is not None and len(found.event):
            found = keep(found, matched(found, truth, recipe.selection.match_distance))
        seen = Seen(event, p4, known, found)
    parton = partons(seen.jets, truth, recipe.selection.match_distance)
    return pack(seen.jets, seen.p4, seen.known, recipe, name, parton), seen.jets.event


def visible(
    particles: Particles, recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """What is clustered, sorted by event: event [n], four-momenta (E, px, py, pz) [n, 4] in GeV, and what else is known
    of the candidates [n, 4], nothing in the mode ``truth``."""
    if recipe.mode == "truth":
        momentum = np.stack([particles.energy, particles.px, particles.py, particles.pz], axis=1)
        eta = np.arcsinh(particles.pz / np.maximum(np.hypot(particles.px, particles.py), 1e-12))
        seen = ~np.isin(np.abs(particles.pdg), NEUTRINOS) & (np.abs(eta) < ETA_MAX)
        return particles.event[seen], momentum[seen], np.zeros((int(seen.sum()), len(KNOWN)))
    return momenta(simulate(particles, DELPHES_ATLAS, rng))
