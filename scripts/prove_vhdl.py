"""Prove that the VHDL of taggers equals their Verilog, stage by stage, for all inputs.

    python scripts/prove_vhdl.py docs/results/prove_vhdl.csv [NAME@II ...]

GHDL synthesises the stages. Rows of other models in the file stay. Rows of DSP blocks name their parameters.
"""

from __future__ import annotations

import csv
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from fpgajet.graph.collapse import collapse
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.readback.from_vhdl import prove_vhdl
from fpgajet.rtl.write.design import write_design
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table

MODELS = ("npelican-n8-c2@1", "npelican-n8-c2@3")
CLOCK_MHZ = 240.0


def main(path: Path, models: list[str]) -> None:
    """Write one row per stage and per DSP block."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.is_file() else []
    rows: list[dict[str, Any]] = [
        row for row in csv.DictReader(lines) if f"{row['model']}@{row['ii']}" not in models
    ]
    for name, _, ii in (model.partition("@") for model in models):
        network = collapse(load_model(open_checkpoint(resolve(name))).network())
        made = scheduled(network, CLOCK_MHZ, RtlOptions(ii=int(ii)))
        with tempfile.TemporaryDirectory() as folder:
            design = write_design(
                made.netlist, made.schedule, Path(folder), CLOCK_MHZ, "xcvu9p", network.name, with_vhdl=True
            )
            found = prove_vhdl(design, lambda text: print(text, flush=True))
        for one in found:
            outcome = {True: "proved", False: "differs", None: "not shown"}[one.equal]
            facts = {"entity": one.name, "outcome": outcome, "seconds": one.seconds, "reason": one.reason}
            rows.append({"model": name, "ii": int(ii)} | facts)
        write_table(path, rows, f"python {shlex.join(sys.argv)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(MODELS))
