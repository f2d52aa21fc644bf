"""Prove the branch of the library that synthesis sees equal to the plain one, for the parameters of the taggers.

    python scripts/prove_branches.py docs/results/prove_branches.csv [NAME@II ...]

One row per tagger and interval: how many sets of parameters of each module its Verilog has, and those that are not
proved. A set that several taggers have is proved once.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fpgajet.graph.collapse import collapse
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.readback.branches import BRANCHED, Parameters, differing, parameters_in
from fpgajet.rtl.write import verilog
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table

NAMES = ("n8-c2", "n16-c2", "n16-c2-log", "n16-c2-trigger", "n16-c2-alpha")
MODELS = [f"npelican-{name}@{ii}" for name in NAMES for ii in (1, 3)]
CLOCK_MHZ = 240.0


def sets_of(name: str, ii: int) -> set[Parameters]:
    """Sets of parameters in the Verilog of a model in the zoo."""
    network = collapse(load_model(open_checkpoint(resolve(name))).network())
    made = scheduled(network, CLOCK_MHZ, RtlOptions(ii=ii))
    return parameters_in(verilog.sources(made.netlist, made.schedule, network.name))


def main(path: Path, models: list[str]) -> None:
    """Write one row per model and interval."""
    rows: list[dict[str, Any]] = []
    known: dict[Parameters, bool] = {}
    for name, _, ii in (model.partition("@") for model in models):
        used, started = sets_of(name, int(ii)), time.perf_counter()
        new = used - known.keys()
        wrong = set(differing(new))
        known |= {given: given not in wrong for given in new}
        counts = Counter(given.module for given in used)
        failed = sorted(given for given in used if not known[given])
        rows.append(
            {"model": name, "ii": int(ii)}
            | {module: counts[module] for module in BRANCHED}
            | {"sets": len(used), "first_seen": len(new), "not_proved": len(failed)}
            | {"seconds": round(time.perf_counter() - started, 1)}
            | {"first_not_proved": f"{failed[0].module} {' '.join(failed[0].values)}" if failed else ""}
        )
        print(rows[-1], flush=True)
        write_table(path, rows, f"python {shlex.join(sys.argv)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or MODELS)
