"""Faults in the netlist of a tagger: what the proof refuses, and what a comparison on events misses.

    python scripts/prove_mutants.py docs/results/prove_mutants.csv

Every mutant is compared with the reference on events, and a proof for all inputs is tried. Then jets near real ones
are searched for an input that shows a fault which neither the events nor the proof's samples show.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.graph.collapse import collapse
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.pipeline.prove_flow import samples
from fpgajet.prove.proof import Level
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.mutants import mutants
from fpgajet.rtl.proof import prove_netlist
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve

MODEL = "npelican-n8-c2"
COUNT, SEED = 200, 17
#: events of each kind that every mutant is compared on: real jets and edge vectors
EVENTS = 10_000
#: jets with a few raw values changed, for faults that nothing else shows
SEARCHED = 100_000


def main(path: Path) -> None:
    """Write one row per mutant, and print the sums."""
    network = collapse(load_model(open_checkpoint(resolve(MODEL))).network())
    netlist, _ = circuit(network, 240.0)
    proposals = samples(network)
    events = samples(network, EVENTS, SEED)
    searched = _near(events[:EVENTS], network, SEARCHED)
    expected = {id(raw): _scores(network, raw) for raw in (events, searched)}
    rows = []
    for number, mutant in enumerate(mutants(netlist, COUNT, SEED)):
        started = time.perf_counter()
        proof = prove_netlist(network, mutant.netlist, proposals)
        seconds = time.perf_counter() - started
        seen = int((evaluate(mutant.netlist, events) != expected[id(events)]).any(axis=1).sum())
        shown = bool(seen) or proof.level is Level.REFUTED
        if not shown:
            shown = bool((evaluate(mutant.netlist, searched) != expected[id(searched)]).any())
        if shown and proof.level is Level.PROVED:
            raise SystemExit(f"mutant {number} ({mutant.kind} at {mutant.cell}) differs and was proved equal")
        rows.append(
            {
                "mutant": number,
                "kind": mutant.kind,
                "cell": mutant.cell,
                "proof": proof.level,
                "events_that_differ": seen,
                "input_found": shown,
                "seconds": round(seconds, 2),
            }
        )
        print(rows[-1], flush=True)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sums = Counter((row["proof"].value, row["events_that_differ"] > 0, row["input_found"]) for row in rows)
    print(f"{len(rows)} mutants, {len(events)} events, {len(searched)} searched (proof, noticed, input found):")
    for key, count in sorted(sums.items()):
        print(*key, count)


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
