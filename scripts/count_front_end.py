"""Cells and clocks of what stands before and around the tagger npelican-n16-c2-puppi.

    python scripts/count_front_end.py

Writes docs/data/front_end.csv. The front end (the operator PuppiLog) is counted for one candidate, as a design that
takes a word per clock would have it, and for 16 candidates at once, as it is part of the network. Each is simulated on
2,000 random jets against its reference first. The wrappers are counted with the tagger as a black box.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from fpgajet.errors import Mismatch
from fpgajet.export.firmware.answer import answer_of
from fpgajet.export.firmware.axi_stream import write_axi_stream
from fpgajet.export.firmware.core import Core, copy_core
from fpgajet.export.firmware.emp import HDL, write_emp
from fpgajet.export.firmware.interface import interface_of
from fpgajet.files import write_text
from fpgajet.ops.network import Network
from fpgajet.ops.puppi_log import PIECE_BITS, PuppiLog
from fpgajet.rtl import VerilogSimulation, emit
from fpgajet.rtl.build import compare
from fpgajet.rtl.tools.yosys import count_cells, summary, synthesise
from studies.tables.rows import write_table
from studies.variants.networks import zoo_network

MODEL, PART, CLOCK_MHZ, JETS = "npelican-n16-c2-puppi", "xcvu13p", 360.0, 2000
OUT = Path(__file__).parent.parent / "docs" / "data" / "front_end.csv"
SEED = 1


def front_end(network: Network, constituents: int) -> Network:
    """The first operator alone, for another number of candidates."""
    node = network.nodes[0]
    assert isinstance(node.operator, PuppiLog)
    alone = replace(node, operator=replace(node.operator, constituents=constituents))
    shape = (constituents + 1, network.input_shape[1])
    return replace(network, name="front end", input_shape=shape, nodes=(alone,))


def row(
    what: str, cycles: int, cells: Mapping[str, int] | None, found: tuple[int, int, int]
) -> dict[str, object]:
    """A line of the table; flip-flops of wrappers are those that Yosys counted."""
    lut, carry8, registers = found
    ff = registers if cells is None else sum(n for cell, n in cells.items() if cell.startswith("FD"))
    return {"what": what, "clock_mhz": CLOCK_MHZ, "cycles": cycles, "lut": lut, "ff": ff, "carry8": carry8}


def counted_front_end(network: Network, constituents: int, folder: Path) -> dict[str, object]:
    """The front end for some candidates, simulated and counted."""
    alone = front_end(network, constituents)
    design = emit(alone, folder, CLOCK_MHZ, PART)
    rng = np.random.default_rng(SEED)
    raw = rng.integers(0, 1 << PIECE_BITS, (JETS, *alone.input_shape))
    if compare(alone, VerilogSimulation(design), raw):
        raise Mismatch("the Verilog of the front end differs from its reference.")
    cells = synthesise(design)
    what = f"front end, {constituents} candidate{'s' * (constituents > 1)} per clock"
    return row(what, design.latency_cycles, None, (cells.lut, cells.carry8, design.registers))


def counted_wrapper(what: str, core: Core, top: Path, added: int) -> dict[str, object]:
    """A wrapper, its tagger a black box."""
    box = core.folder / "black_box.v"
    write_text(
        box,
        f"module {core.name}_core (input clk, input rst, input valid_in, input [{core.bits_in - 1}:0] jet, "
        f"output valid_out, output [{core.bits_out - 1}:0] score); endmodule\n",
    )
    cells = count_cells(top.stem, [top], [box])
    total = summary(Counter({k: v for k, v in cells.items() if "_core" not in k}))
    return row(what, added, cells, (total.lut, total.carry8, 0))


def main() -> None:
    """Count, and write the table."""
    network = zoo_network(MODEL)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        rows = [counted_front_end(network, n, work / f"front{n}") for n in (1, network.constituents)]
        design = emit(network, work / "rtl", CLOCK_MHZ, PART)
        interface = interface_of(network, design)
        stream = copy_core(design, work / "stream", "tagger_v1")
        write_axi_stream(stream, interface, MODEL, 1)
        top = stream.folder / "verilog" / "tagger_v1_axi_stream.v"
        rows.append(
            counted_wrapper(
                "AXI4-Stream wrapper, without the tagger and its memory of answers", stream, top, 2
            )
        )
        link = copy_core(design, work / "emp", "tagger_v1", HDL)
        write_emp(link, interface, answer_of(network.output.operator.output), MODEL)
        top = link.folder / HDL / "tagger_v1_emp.v"
        rows.append(counted_wrapper("EMP wrapper, without the tagger", link, top, 2))
    write_table(OUT, rows, "python scripts/count_front_end.py")
    for line in rows:
        print(line)


if __name__ == "__main__":
    main()
