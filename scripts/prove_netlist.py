"""Prove that the netlists whose cells are counted equal the Verilog of their stages, for all inputs.

    python scripts/prove_netlist.py docs/results/prove_netlist.csv [NAME@II ...]

Verilog of every model is written; each of its stages is synthesised as for the count, and the netlist is proved, as
`fpgajet prove --netlist` does. Rows of other models in the file stay. `lut` and `carry8` are counted in the netlists
that were proved; `blocks` are DSP blocks, cut out on both sides. Seconds are those of the clock.
"""

from __future__ import annotations

import csv
import shlex
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from fpgajet.graph.collapse import collapse
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.readback.synthesised import StageNetlist, prove_synthesised
from fpgajet.rtl.tools.yosys import summary
from fpgajet.rtl.write.design import write_design
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table

MODELS = ("npelican-n8-c2@1", "npelican-n8-c2@3", "npelican-n16-c2-log@1")
CLOCK_MHZ = 240.0


def stages_of(name: str, ii: int) -> list[StageNetlist]:
    """Every stage of the Verilog of a model in the zoo."""
    network = collapse(load_model(open_checkpoint(resolve(name))).network())
    made = scheduled(network, CLOCK_MHZ, RtlOptions(ii=ii))
    with tempfile.TemporaryDirectory() as folder:
        design = write_design(made.netlist, made.schedule, Path(folder), CLOCK_MHZ, "xcvu9p", network.name)
        return prove_synthesised(design, say=lambda text: print(name, ii, text, flush=True), jobs=1)


def row_of(name: str, ii: int, found: StageNetlist) -> dict[str, Any]:
    """One row of the table."""
    cells = summary(Counter(found.cells))
    outcome = {True: "proved", False: "differs", None: "not shown"}[found.equal]
    return {
        "model": name,
        "ii": ii,
        "stage": found.stage.removesuffix(".v"),
        "outcome": outcome,
        "lut": cells.lut,
        "carry8": cells.carry8,
        "blocks": found.blocks,
        "seconds": found.seconds,
        "reason": found.reason,
    }


def main(path: Path, models: list[str]) -> None:
    """Write one row per stage."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.is_file() else []
    rows: list[dict[str, Any]] = [
        row for row in csv.DictReader(lines) if f"{row['model']}@{row['ii']}" not in models
    ]
    for name, _, ii in (model.partition("@") for model in models):
        rows += [row_of(name, int(ii), found) for found in stages_of(name, int(ii))]
        write_table(path, rows, f"python {shlex.join(sys.argv)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(MODELS))
