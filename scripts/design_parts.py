"""Where the look-up tables of a nanoPELICAN's circuit go: tables, differences, sums of logarithms, mixing, sums.

    python scripts/design_parts.py MODEL ... --clock-mhz 240 --out docs/results/design-parts.csv

A model is a name of the zoo or a run. The cells are those of our circuit before synthesis (``fpgajet.rtl.ir.areas``),
each given to the operator and tensor that it is needed for (``signals.csv`` of a design). Yosys counts some percent
fewer in all; its count cannot be divided, because it merges logic across operators.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.ir.areas import area
from fpgajet.rtl.ir.cell import Cell
from fpgajet.rtl.ir.cells import Distance, Sum, Table
from fpgajet.rtl.signal_map import Origin, origins
from studies.tables.rows import write_table
from studies.variants.networks import zoo_network

#: by operator and tensor, what its sums are for; other sums of an operator are those of its key alone
SUMS = {
    ("dots", ""): "sums of logarithms",
    ("pairs", "row_accumulator"): "row sums and total",
    ("pairs", "total_accumulator"): "row sums and total",
    ("pairs", ""): "mixing of aggregators",
    ("score", ""): "sums over pairs, score",
}


def part_of(cell: Cell, origin: Origin) -> str:
    """The name of a cell's part."""
    if isinstance(cell, Table):
        return "tables"
    if isinstance(cell, Distance):
        return "differences of angles"
    if isinstance(cell, Sum):
        found = SUMS.get((origin.node, origin.tensor)) or SUMS.get((origin.node, ""))
        return found or "other sums"
    return "saturation, ReLU, masks"


def parts(network: Network, clock_mhz: float, ii: int = 1) -> Counter[str]:
    """Look-up tables by part."""
    netlist = scheduled(network, clock_mhz, RtlOptions(ii=ii)).netlist
    found: Counter[str] = Counter()
    for number, origin in origins(network, netlist):
        cell = netlist.cells[number]
        found[part_of(cell, origin)] += area(cell, netlist.cells)
    return found


def main() -> None:
    """One row for each model and part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--clock-mhz", type=float, default=240.0)
    parser.add_argument("--out", type=Path, default=Path("docs/results/design-parts.csv"))
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for model in arguments.models:
        found = parts(zoo_network(model), arguments.clock_mhz)
        whole = sum(found.values())
        for name, luts in found.most_common():
            if luts:
                rows.append(
                    {"model": Path(model).name, "part": name, "lut": luts, "share": round(luts / whole, 3)}
                )
        print(Path(model).name, dict(found), whole)
    write_table(arguments.out, rows, f"python {shlex.join(sys.argv)}")


if __name__ == "__main__":
    main()
