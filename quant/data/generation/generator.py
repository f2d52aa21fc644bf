"""One class of jets from Pythia: events, detector, leading jet, matching, four-momenta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, ToolFailed, require_extra
from quant.data.generation import level1
from quant.data.generation.cards import DELPHES_ATLAS
from quant.data.generation.cluster import LeadingJets, leading_jets
from quant.data.generation.detector import simulate
from quant.data.generation.particles import ETA_MAX, NEUTRINOS, Particles
from quant.data.generation.processes import COMMON, PROCESSES
from quant.data.generation.recipe import JetSelection, Recipe
from quant.data.generation.truth import Records, Resonances, hadronic_resonances, read_batch, stable_particles
from quant.data.jets import Jets, concatenate

EVENTS_AT_A_TIME = 250
LARGEST_PYTHIA_SEED = 900_000_000
# Without a single accepted jet in this many events, a recipe would never end.
HOPELESS_EVENTS = 20_000


def require_generator() -> None:
    """Raise MissingTool unless the packages of the extra ``gen`` can be imported."""
    require_extra("pythia8mc", "fastjet", "vector")


def generate(
    recipe: Recipe,
    name: str,
    jets: int,
    seed: tuple[int, ...],
    progress: Callable[[int], None] = lambda _: None,
) -> Jets:
    """Make ``jets`` jets of class ``name``; a function of the arguments alone.

    Args:
        seed: any tuple of non-negative numbers; different tuples give independent streams.
        progress: called with the number of jets accepted from each batch.

    Raises:
        BadInput: Pythia refuses a setting, or no event passes the selection.
        ToolFailed: Pythia cannot be initialised.
    """
    streams = np.random.SeedSequence(seed).spawn(2)
    pythia_seed = 1 + int(streams[0].generate_state(1)[0]) % LARGEST_PYTHIA_SEED
    rng = np.random.Generator(np.random.PCG64(streams[1]))
    pythia = start_pythia(recipe, name, pythia_seed)
    charges = Charges(pythia.particleData)

    pieces: list[Jets] = []
    accepted = events = 0
    while accepted < jets:
        records = read_batch(pythia.nextBatch(EVENTS_AT_A_TIME))
        piece = jets_of_batch(records, charges, recipe, name, rng)
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
    return concatenate(pieces)


def start_pythia(recipe: Recipe, name: str, seed: int) -> Any:
    """A Pythia object ready to generate class ``name``.

    Raises:
        BadInput: a line of the recipe's ``pythia`` is not a setting.
        ToolFailed: the settings contradict each other.
    """
    import pythia8mc

    process = PROCESSES[name]
    low, high = recipe.window(name)
    pythia = pythia8mc.Pythia("", False)
    lines = [*COMMON, *process.settings, f"PhaseSpace:pTHatMin = {low}", f"PhaseSpace:pTHatMax = {high}"]
    lines += ["Random:setSeed = on", f"Random:seed = {seed}", *recipe.pythia]
    for line in lines:
        if not pythia.readString(line):
            raise BadInput(f"Pythia does not know the setting {line!r}: correct `pythia` in the recipe.")
    if not pythia.init():
        raise ToolFailed(f"Pythia could not be initialised for class {name}; its settings contradict.")
    return pythia


class Charges(dict[int, float]):
    """Charge in e by PDG code, asked from Pythia once for each."""

    def __init__(self, table: Any) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, code: int) -> float:
        self[code] = float(self._table.charge(code))
        return self[code]


def jets_of_batch(
    records: Records, charges: Charges, recipe: Recipe, name: str, rng: np.random.Generator
) -> Jets:
    """The accepted jets of a batch of events."""
    particles = stable_particles(records, charges)
    event, p4 = visible(particles, recipe, rng)
    found = leading_jets(event, p4, records.events, recipe.selection)
    resonance = PROCESSES[name].resonance
    if resonance is not None and len(found.event):
        found = keep(found, matched(found, hadronic_resonances(records, resonance), recipe.selection))
    return pack(found, p4, recipe, name)


def visible(
    particles: Particles, recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What is clustered, sorted by event: event [n], four-momenta (E, px, py, pz) [n, 4] in GeV."""
    if recipe.mode == "truth":
        momentum = np.stack([particles.energy, particles.px, particles.py, particles.pz], axis=1)
        eta = np.arcsinh(particles.pz / np.maximum(np.hypot(particles.px, particles.py), 1e-12))
        seen = ~np.isin(np.abs(particles.pdg), NEUTRINOS) & (np.abs(eta) < ETA_MAX)
        return particles.event[seen], momentum[seen]
    found = simulate(particles, DELPHES_ATLAS, rng)
    order = np.argsort(found.event, kind="stable")
    pt, eta, phi = found.pt[order], found.eta[order], found.phi[order]
    columns = (pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta))
    return found.event[order], np.stack(columns, axis=1)


def matched(found: LeadingJets, truth: Resonances, selection: JetSelection) -> NDArray[np.bool_]:
    """Does the jet hold a whole resonance: itself and all its quarks within ``match_distance``?"""
    result = np.zeros(len(found.event), dtype=np.bool_)
    row_of_event = np.full(int(max(found.event.max(), truth.event.max(initial=0))) + 1, -1)
    row_of_event[found.event] = np.arange(len(found.event))
    row = row_of_event[truth.event]
    near = row >= 0
    jet = found.jet[row[near]]
    dphi = np.mod(truth.phi[near] - jet[:, 2:3] + np.pi, 2 * np.pi) - np.pi
    distance = np.hypot(truth.eta[near] - jet[:, 1:2], dphi)
    result[row[near][(distance < selection.match_distance).all(axis=1)]] = True
    return result


def keep(found: LeadingJets, wanted: NDArray[np.bool_]) -> LeadingJets:
    """The jets marked in ``wanted``."""
    members = found.members[np.repeat(wanted, found.sizes)]
    return LeadingJets(found.event[wanted], found.jet[wanted], members, found.sizes[wanted])


def pack(found: LeadingJets, p4: NDArray[np.float64], recipe: Recipe, name: str) -> Jets:
    """Fixed-size rows: leading constituents in order of falling pT, zero-padded float32."""
    count = len(found.sizes)
    row = np.repeat(np.arange(count), found.sizes)
    members = p4[found.members]
    if recipe.mode == "level1":
        members = level1.quantise(members, recipe.level1)
        row, members = row[members[:, 0] > 0], members[members[:, 0] > 0]
    pt = np.hypot(members[:, 1], members[:, 2])
    order = np.lexsort((-pt, row))
    row, members = row[order], members[order]
    sizes = np.bincount(row, minlength=count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    slots = recipe.level1.constituents if recipe.mode == "level1" else recipe.constituents
    leading = slot < slots
    constituents = np.zeros((count, slots, 4), dtype=np.float32)
    constituents[row[leading], slot[leading]] = on_shell_float32(members[leading])
    return Jets(
        constituents=constituents,
        multiplicity=np.minimum(sizes, np.iinfo(np.int16).max).astype(np.int16),
        label=np.full(count, recipe.classes.index(name), dtype=np.uint8),
        jet=found.jet.astype(np.float32),
        classes=recipe.classes,
    )


def on_shell_float32(p4: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round to float32 such that E >= |p| still holds for the rounded numbers."""
    rounded = p4.astype(np.float32)
    momentum = np.sqrt((rounded[:, 1:].astype(np.float64) ** 2).sum(axis=1))
    too_low = rounded[:, 0].astype(np.float64) < momentum
    least = momentum.astype(np.float32)
    least = np.where(least.astype(np.float64) < momentum, np.nextafter(least, np.float32(np.inf)), least)
    rounded[too_low, 0] = least[too_low]
    return rounded
