"""Verilog of every model of the zoo against the integer reference: a new jet every clock, sampled at its cycle.

    python scripts/verify_rtl.py [MODEL ...] [--ii 1] [--jets 10000] [--edge-vectors 10000]

MODEL is an entry of the zoo, or MODEL@N: its weights and types at another number of constituents, resized as in
studies/variants/networks.py. Default: the zoo, and npelican-n16-c2 at 8, 20 and 32. Events are real jets of the shipped
sample and the edge vectors of the certificate. The table is ``docs/data/rtl_exactness.csv``, written after every
row; a row of ``--work`` whose Verilog has not changed is not simulated again. Ends with exit status 1 if a score
differs, or if the scores do not vary.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.executor import Place, run_tasks
from fpgajet.fixed import from_real
from fpgajet.ops.network import Network
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.rtl import RtlOptions, VerilogSimulation, compare, emit
from fpgajet.verify.vectors import edge_vectors
from quant.data import read_jets
from quant.zoo import names
from studies.rtl.rows import CLOCK_MHZ, PART, keep_row, known_row
from studies.tables.rows import write_table
from studies.variants.networks import resized, zoo_network

DOCS = Path(__file__).resolve().parent.parent / "docs"
#: Other numbers of constituents than those of the zoo.
RESIZED = ("npelican-n16-c2@8", "npelican-n16-c2@20", "npelican-n16-c2@32")
SEED = 5
#: Events that are compared at a time: the reference keeps every stage of them.
BATCH = 2000


def events_of(network: Network, jets: int, edges: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Raw real jets and raw edge vectors [events, N, F]."""
    constituents = network.input_shape[0]
    given = read_jets(shipped_sample(), max_jets=jets, constituents=constituents)
    features = network.form.features(given.constituents[:, :constituents])
    edge = np.concatenate(list(edge_vectors(network, edges, SEED, features).values()))
    return from_real(features, network.input_type), from_real(edge, network.input_type)


def row_of(task: tuple[str, int, Path, int, int], tell: Callable[[str], None]) -> dict[str, Any]:
    """One line of the table."""
    case, ii, work, jets, edges = task
    model, _, size = case.partition("@")
    trained = zoo_network(model)
    network = resized(trained, int(size)) if size else trained
    start = perf_counter()
    folder = work / (case if ii == 1 else f"{case}-ii{ii}")
    design = emit(network, folder, CLOCK_MHZ, PART, RtlOptions(ii=ii))
    traced = perf_counter()
    if row := known_row(folder, jets=jets, edges=edges):
        return row
    simulation = VerilogSimulation(design)
    compiled = perf_counter()
    real, edge = events_of(network, jets, edges)
    both = np.concatenate([real, edge])
    differences = sum(compare(network, simulation, part) for part in _batches(both))
    row = {
        "model": model,
        "constituents": network.input_shape[0],
        "clock_mhz": CLOCK_MHZ,
        "ii": design.ii,
        "latency_cycles": design.latency_cycles,
        "dsp": design.dsp,
        "ff": design.registers,
        "jets": len(real),
        "edge_vectors": len(edge),
        "differences": differences,
        "distinct_scores": len(np.unique(simulation.scores(real))),
        "verilog_s": round(traced - start),
        "compile_s": round(compiled - traced),
        "simulate_s": round(perf_counter() - compiled),
        "memory_gb": round(_most_memory(), 1),
    }
    return keep_row(folder, row, jets=jets, edges=edges)


def _batches(events: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [events[start : start + BATCH] for start in range(0, len(events), BATCH)]


def _most_memory() -> float:
    """Largest resident memory in GB of this process, which computes one row, or one that it waited for."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in whose) / 1e6


def main() -> int:
    """Write the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="MODEL")
    parser.add_argument("--ii", type=int, default=1, help="clocks between jets")
    parser.add_argument("--jets", type=int, default=10_000)
    parser.add_argument("--edge-vectors", type=int, default=10_000)
    parser.add_argument("--work", type=Path, default=Path("builds/rtl-exactness"))
    parser.add_argument("--out", type=Path, default=DOCS / "data" / "rtl_exactness.csv")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for case in arguments.cases or (*RESIZED, *names()):
        # A process of its own for every row, whose memory is that of the row.
        given = (case, arguments.ii, arguments.work, arguments.jets, arguments.edge_vectors)
        rows += run_tasks(row_of, [given], Place(apart=True))
        write_table(arguments.out, rows, f"python {shlex.join(sys.argv)}")
        print(" ".join(f"{key}={value}" for key, value in rows[-1].items()), flush=True)
    return int(any(row["differences"] or row["distinct_scores"] < 50 for row in rows))


if __name__ == "__main__":
    sys.exit(main())
