"""One mutant: proved or refused, seen by a comparison on events or not, and the jet that shows it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import Mismatch, ToolFailed
from fpgajet.files import write_text
from fpgajet.hls.mutants import FileMutant
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.prove.proof import Level
from fpgajet.prove.search import near
from fpgajet.rtl import RtlDesign, RtlOptions, VerilogSimulation
from fpgajet.rtl.design import Circuit
from fpgajet.rtl.proof import prove_verilog, searched

#: Streams with resets in which a fault of valid bits shows, and the share of clocks with one.
RESET_JETS, RESETS = 2_000, 0.05
#: Events that are simulated before all of them.
FIRST = 1_000


@dataclass(frozen=True)
class Original:
    """What is changed, and what it is compared on.

    Attributes:
        network: the reference.
        design, options, made: its Verilog.
        samples: raw inputs [events, inputs] that the proof uses.
        events: those of the certificate [events, inputs].
        more: further ones, tried where the events show nothing.
    """

    network: Network
    design: RtlDesign
    options: RtlOptions
    made: Circuit
    samples: NDArray[np.int64]
    events: NDArray[np.int64]
    more: NDArray[np.int64]

    def scores(self, raw: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of the reference [events, outputs]."""
        given = FixedArray(raw.reshape(len(raw), *self.network.input_shape), self.network.input_type.fraction)
        return self.network.reference(given)[self.network.output.name].raw.reshape(len(raw), -1)


@dataclass(frozen=True)
class Verdict:
    """What was found of a mutant.

    Attributes:
        proof: level of the proof. reason: why it is not proved.
        noticed: whether the simulated files differ on an event of the certificate, or a valid bit is wrong.
        found_by: what found a jet on which they differ: the proof, the events, the search, or a stream with resets.
        reproduced: whether the simulated files differ on this jet (for a stream, in it).
    """

    proof: Level
    reason: str
    noticed: bool
    found_by: str
    reproduced: bool


def judge(
    mutant: FileMutant, original: Original, folder: Path, scores: tuple[NDArray[np.int64], ...]
) -> Verdict | None:
    """Prove and simulate a mutant; None if it is not Verilog.

    Args:
        folder: gets the files; what lies there is replaced.
        scores: of the reference on ``events`` and on ``more``.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original.design.directory, folder)
    write_text(folder / mutant.file, mutant.text)
    design = replace(original.design, directory=folder)
    try:
        simulation = VerilogSimulation(design)
    except ToolFailed:
        return None
    given = original.samples
    proof = prove_verilog(original.network, design, original.options, given, original.made)
    if "Yosys does not accept" in proof.reason:
        return None
    noticed, first = _noticed(simulation, original.events[:FIRST], scores[0][:FIRST])
    if not noticed:
        noticed, first = _noticed(simulation, original.events, scores[0])
    found_by, reproduced = "", False
    if proof.event is not None:
        jet = searched(original.network, given)[proof.event : proof.event + 1]
        found_by, reproduced = "proof", _differs(simulation, jet, original)
    elif noticed:
        jet = original.events[first : first + 1]
        found_by, reproduced = "events", noticed < 0 or _differs(simulation, jet, original)
        if not reproduced:  # it takes the jets before
            found_by, reproduced = "stream of events", True
    else:
        seen, place = _noticed(simulation, original.more, scores[1])
        if seen:
            found_by = "search"
            reproduced = seen < 0 or _differs(simulation, original.more[place : place + 1], original)
        elif _differs_among_resets(simulation, original):
            found_by, reproduced = "stream with resets", True
    return Verdict(proof.level, proof.reason, noticed != 0, found_by, reproduced)


def _noticed(
    simulation: VerilogSimulation, raw: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[int, int]:
    """Jets of a stream that the files score differently, and the first; -1 for wrong valid bits."""
    try:
        wrong = (simulation.scores(raw) != wanted).any(axis=1)
    except Mismatch:
        return -1, 0
    return int(wrong.sum()), int(wrong.argmax())


def _differs(simulation: VerilogSimulation, jet: NDArray[np.int64], original: Original) -> bool:
    """Whether the files score a single jet differently, empty ones before and after it."""
    row = np.concatenate([np.zeros_like(jet), jet, np.zeros_like(jet)])
    try:
        return bool((simulation.scores(row)[1] != original.scores(jet)[0]).any())
    except Mismatch:
        return True


def _differs_among_resets(simulation: VerilogSimulation, original: Original) -> bool:
    raw = original.events[:RESET_JETS]
    resets = np.random.default_rng(1).random(len(raw) * simulation.design.ii) < RESETS
    try:
        came, shown = simulation.stream(raw, resets)
    except Mismatch:
        return True
    return bool((shown.scores != original.scores(raw[came])).any())


def further(original_events: NDArray[np.int64], network: Network, count: int, seed: int) -> NDArray[np.int64]:
    """Inputs near events, half of them near inputs near events."""
    once = near(original_events, network.input_type, count // 2, seed)
    return np.concatenate([once, near(once, network.input_type, count - len(once), seed + 1)])
