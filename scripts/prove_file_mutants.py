"""Faults in the Verilog files of a tagger: what the proof refuses, and what a comparison on events misses.

    python scripts/prove_file_mutants.py docs/results/prove_file_mutants.csv --minutes 30 --seed 1

Every mutant is a change of one place in a stage, in the top module or in the library. The proof reads the changed
files. Verilator simulates them on the events of a certificate (20,000 jets and 50,003 edge vectors), on further inputs
near these, and in a stream with resets. A mutant that is proved must differ on none of them.
"""

from __future__ import annotations

import argparse
import csv
import os
import shlex
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.fixed import from_real
from fpgajet.graph.collapse import collapse
from fpgajet.ops.network import Network
from fpgajet.pipeline.events import sample_events
from fpgajet.pipeline.prove_flow import samples
from fpgajet.prove.proof import Level
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.proof import prove_verilog
from fpgajet.rtl.write.design import write_design
from fpgajet.verify.vectors import edge_vectors
from studies.tables.rows import write_table
from studies.variants.networks import resized, zoo_network
from studies.verilog_mutants.choose import mutants
from studies.verilog_mutants.judging import Original, further, judge

NAMED = ("kind", "file", "line", "before", "after")
JETS, EDGES, MORE, CLOCK_MHZ = 20_000, 50_000, 60_000, 240.0


def known_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a run that was stopped; none if there is no file."""
    if not path.is_file():
        return []
    rows: list[dict[str, Any]] = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()[1:]))
    for row in rows:
        row.update({key: row[key] == "True" for key in ("noticed", "reproduced")})
    return rows


def cpu_seconds() -> float:
    """Of this process and of the tools that it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def original(network: Network, ii: int, folder: Path, seed: int) -> Original:
    """Verilog without a fault, proved."""
    options = RtlOptions(ii=ii)
    made = scheduled(network, CLOCK_MHZ, options)
    design = write_design(made.netlist, made.schedule, folder, CLOCK_MHZ, "xcvu9p", network.name)
    features = sample_events(network, JETS)
    real = np.concatenate([features, *edge_vectors(network, EDGES, seed, features).values()])
    events = from_real(real, network.input_type).reshape(len(real), -1)
    given = samples(network)
    if prove_verilog(network, design, options, given, made).level is not Level.PROVED:
        raise SystemExit("the files without a fault are not proved")
    return Original(network, design, options, made, given, events, further(events, network, MORE, seed))


def main() -> None:
    """Write one row per mutant after each, and print the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="npelican-n8-c2")
    parser.add_argument(
        "--constituents", type=int, default=4, help="of the circuit; the weights are the model's"
    )
    parser.add_argument("--ii", type=int, default=3)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="keep the rows that are there, and add more")
    given = parser.parse_args()
    network = collapse(resized(zoo_network(given.model), given.constituents))
    rows: list[dict[str, Any]] = known_rows(given.out) if given.resume else []
    known = {tuple(str(row[key]) for key in NAMED) for row in rows}
    end = time.monotonic() + 60 * given.minutes
    with tempfile.TemporaryDirectory() as work:
        first = original(network, given.ii, Path(work) / "original", given.seed)
        scores = first.scores(first.events), first.scores(first.more)
        texts = {name: (first.design.directory / name).read_text() for name in first.design.sources}
        unread = 0
        for mutant in mutants(texts, given.seed):
            if len(rows) == given.count or time.monotonic() > end:
                break
            if tuple(map(str, mutant[:5])) in known:
                continue
            started = cpu_seconds()
            verdict = judge(mutant, first, Path(work) / "mutant", scores)
            if verdict is None:
                unread += 1
                continue
            if verdict.proof is Level.PROVED and verdict.found_by:
                raise SystemExit(f"{mutant[:5]} differs and was proved equal")
            row = dict(zip(NAMED, mutant[:5], strict=True))
            found = {"proof": verdict.proof.value, "noticed": verdict.noticed, "found_by": verdict.found_by}
            row |= found | {
                "reproduced": verdict.reproduced,
                "cpu_s": round(cpu_seconds() - started, 2),
            }
            rows.append({"mutant": len(rows), **row, "reason": verdict.reason})
            print(rows[-1], flush=True)
            write_table(given.out, rows, f"python {shlex.join(sys.argv)}")
    print(f"{len(rows)} mutants, {unread} were no Verilog (proof, noticed by events, found by, reproduced):")
    sums = Counter((r["proof"], r["noticed"], r["found_by"], r["reproduced"]) for r in rows)
    for key, count in sorted(sums.items()):
        print(*key, count)


if __name__ == "__main__":
    main()
