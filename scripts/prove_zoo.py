"""Which taggers are proved for all inputs, and how long it takes.

    python scripts/prove_zoo.py docs/results/prove_zoo.csv [NAME@II ...]

For every model Verilog is written, read back, and proved equal to the integer reference, as `fpgajet prove` does.
Rows of other models in the file stay. `cpu_s` is CPU time of this process and of Yosys, Verilog and samples included;
the other seconds are those of the clock, which other programs make longer.
"""

from __future__ import annotations

import csv
import os
import resource
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fpgajet.graph.collapse import collapse
from fpgajet.pipeline.prove_flow import samples
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.proof import prove_verilog
from fpgajet.rtl.write.design import write_design
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table

NPELICAN = ("n8-c2", "n16-c2", "n16-c2-lean", "n16-c2-log", "n16-c2-trigger", "n16-c2-alpha", "n20-c2")
MODELS = [f"npelican-{name}@{ii}" for name in NPELICAN for ii in (1, 3)] + [
    "lorentznet-n16@1",
    "vecnet-n8-s8v2@1",
]


CLOCK_MHZ = 240.0


def known_rows(path: Path) -> list[dict[str, Any]]:
    """Rows that are there, with every column of today."""
    if not path.is_file():
        return []
    found = csv.DictReader(path.read_text(encoding="utf-8").splitlines()[1:])
    columns = (
        "model", "ii", "cells", "level", "statements", "cuts", "enumerations", "assignments", "netlist_s", "proof_s",
        "cpu_s", "peak_mib", "reason",
    )  # fmt: skip
    return [{key: row.get(key, "") for key in columns} for row in found]


def cpu_seconds() -> float:
    """Of this process and of the tools that it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main(path: Path, models: list[str]) -> None:
    """Write one row per model and interval."""
    rows = [row for row in known_rows(path) if f"{row['model']}@{row['ii']}" not in models]
    for name, _, ii in (model.partition("@") for model in models):
        network = collapse(load_model(open_checkpoint(resolve(name))).network())
        started, spent = time.perf_counter(), cpu_seconds()
        options = RtlOptions(ii=int(ii))
        made = scheduled(network, CLOCK_MHZ, options)
        with tempfile.TemporaryDirectory() as folder:
            design = write_design(
                made.netlist, made.schedule, Path(folder), CLOCK_MHZ, "xcvu9p", network.name
            )
            traced = time.perf_counter() - started
            proof = prove_verilog(network, design, options, samples(network), made)
        rows.append(
            {
                "model": name,
                "ii": int(ii),
                "cells": len(made.netlist.cells),
                "level": proof.level.value,
                "statements": proof.cells,
                "cuts": proof.cuts,
                "enumerations": proof.enumerations,
                "assignments": proof.assignments,
                "netlist_s": round(traced, 1),
                "proof_s": round(proof.seconds, 1),
                "cpu_s": round(cpu_seconds() - spent, 1),
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "reason": proof.reason,
            }
        )
        print(rows[-1], flush=True)
        write_table(path, rows, f"python {shlex.join(sys.argv)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or MODELS)
