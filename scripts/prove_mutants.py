"""Faults in the netlist of a tagger: what the proof refuses, and what a comparison on events misses.

    python scripts/prove_mutants.py docs/results/prove_mutants.csv

Every mutant is compared with the reference on events, and a proof for all inputs is tried. Then jets near real ones
are searched for an input that shows a fault which nothing else shows. A fault without such an input is refused
all the same: then the proof has found neither equality nor a difference.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import write_text
from fpgajet.graph.collapse import collapse
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.pipeline.prove_flow import samples
from fpgajet.prove.proof import Level
from fpgajet.prove.prover import Prover
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.evaluate import Signals, compute, evaluate, wrap
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import netlist_scalars
from fpgajet.rtl.mutants import Mutant, mutants
from fpgajet.scalars import ScalarGraph, scalar_network
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve

MODEL = "npelican-n8-c2"
COUNT, SEED = 200, 17
#: events of each kind that every mutant is compared on: real jets and edge vectors
EVENTS = 10_000
#: jets with a few raw values changed, for faults that nothing else shows
SEARCHED = 30_000


def main(path: Path) -> None:
    """Write one row per mutant, and print the sums."""
    network = collapse(load_model(open_checkpoint(resolve(MODEL))).network())
    netlist, _ = circuit(network, 240.0)
    reference = scalar_network(network)
    expected = [int(number) for number in reference.stages[reference.output].ravel()]
    # One prover for all: a fault is proved or refused from the nodes that it changes.
    prover = Prover(reference.graph, samples(network))
    prover.reference(expected)
    if prover.prove(expected, netlist_scalars(netlist, reference.graph)):
        raise SystemExit("the circuit without a fault is not proved")
    events = samples(network, EVENTS, SEED)
    searched = _near(events[:EVENTS], network, SEARCHED)
    scores = _scores(network, searched)
    correct = Signals(netlist, events)
    for cell in netlist.cells:
        correct.values.append(wrap(compute(cell, correct), cell.format))
    rows = []
    for number, mutant in enumerate(mutants(netlist, COUNT, SEED)):
        started = time.perf_counter()
        proof, refuted = _proof(prover, expected, mutant.netlist, reference.graph)
        seconds = time.perf_counter() - started
        seen = _differing(correct, mutant)
        shown = bool(seen) or refuted
        if not shown:
            shown = bool((evaluate(mutant.netlist, searched) != scores).any())
        if shown and proof is Level.PROVED:
            raise SystemExit(f"mutant {number} ({mutant.kind} at {mutant.cell}) differs and was proved equal")
        rows.append(
            {
                "mutant": number,
                "kind": mutant.kind,
                "cell": mutant.cell,
                "proof": proof.value,
                "events_that_differ": seen,
                "input_found": shown,
                "seconds": round(seconds, 2),
            }
        )
        print(rows[-1], flush=True)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, stream.getvalue())
    sums = Counter((row["proof"], row["events_that_differ"] != 0, row["input_found"]) for row in rows)
    print(
        f"{len(rows)} mutants, {len(events)} events, {len(searched)} searched (proof, noticed, input found):"
    )
    for key, count in sorted(sums.items()):
        print(*key, count)


def _proof(prover: Prover, expected: list[int], netlist: Netlist, graph: ScalarGraph) -> tuple[Level, bool]:
    """Whether a netlist is proved, and whether a sample refutes it."""
    try:
        left = prover.prove(expected, netlist_scalars(netlist, graph))
    except (NotImplementedError, ValueError):
        return Level.COMPARED, False
    refuted = any(output.differs for output in left)
    return (Level.REFUTED if refuted else Level.COMPARED if left else Level.PROVED), refuted


def _differing(correct: Signals, mutant: Mutant) -> int:
    """Events on which an output differs; only cells that see a difference are computed again."""
    netlist = mutant.netlist
    signals = Signals(netlist, correct.inputs, list(correct.values))
    changed = {mutant.cell}
    for number in range(mutant.cell, len(netlist.cells)):
        cell = netlist.cells[number]
        if number == mutant.cell or changed.intersection(cell.args):
            value = wrap(compute(cell, signals), cell.format)
            if (value != correct.values[number]).any():
                changed.add(number)
                signals.values[number] = value
    wrong = [signals.values[n] != correct.values[n] for n in netlist.outputs]
    return int(np.any(wrong, axis=0).sum())


def _scores(network: Network, raw: NDArray[np.int64]) -> NDArray[np.int64]:
    given = FixedArray(raw.reshape(len(raw), *network.input_shape), network.input_type.fraction)
    return network.reference(given)[network.output.name].raw.reshape(len(raw), -1)


def _near(raw: NDArray[np.int64], network: Network, count: int) -> NDArray[np.int64]:
    """Jets with a few of their raw values changed: by a little, or to anything."""
    rng = np.random.default_rng(SEED)
    found = raw[rng.integers(len(raw), size=count)].copy()
    precision = network.input_type
    for _ in range(3):
        place = rng.integers(raw.shape[1], size=count)
        anything = rng.integers(precision.lowest, precision.highest + 1, size=count)
        near = found[np.arange(count), place] + rng.integers(-8, 9, size=count)
        changed = np.where(rng.random(count) < 0.5, anything, near)
        found[np.arange(count), place] = np.clip(changed, precision.lowest, precision.highest)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
