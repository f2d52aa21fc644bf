"""Cells and clocks of what stands before and around the tagger npelican-n16-c2-puppi.

    python scripts/count_front_end.py

Writes docs/data/front_end.csv. The front end (the operator PuppiLog) is counted for 16 candidates at once, as it is
part of the network, and as it works on every word as it comes, with the collector that puts jets together. Each is
simulated on 2,000 random jets against its reference first. The wrappers are counted with the tagger as a black box.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from fpgajet.errors import Mismatch
from fpgajet.export.firmware.answer import answer_of
from fpgajet.export.firmware.axi_stream import write_axi_stream
from fpgajet.export.firmware.collector import collector_of, write_collector
from fpgajet.export.firmware.core import Core, copy_core, copy_halves
from fpgajet.export.firmware.emp import HDL, write_emp
from fpgajet.export.firmware.front_end import cut
from fpgajet.export.firmware.interface import interface_of
from fpgajet.files import write_text
from fpgajet.ops.network import Network
from fpgajet.ops.puppi_log import PuppiLog
from fpgajet.rtl import RtlDesign, VerilogSimulation, emit
from fpgajet.rtl.build import compare
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.yosys import DSP_FILE, count_cells, summary, synthesise
from studies.tables.rows import write_table
from studies.variants.networks import zoo_network

MODEL, PART, CLOCK_MHZ, JETS = "npelican-n16-c2-puppi", "xcvu13p", 360.0, 2000
OUT = Path(__file__).parent.parent / "docs" / "data" / "front_end.csv"
SEED = 1
NAME = "tagger_v1"
#: Links, interval of the tagger, and how the jets lie: those of the budget cms-p2-ct-l2 last.
COLLECTORS = ((1, 1, "1 link"), (6, 1, "6 links"), (6, 3, "6 links, jets that wait"))


def simulated(network: Network, folder: Path) -> RtlDesign:
    """Verilog of a network, compared with its reference."""
    design = emit(network, folder, CLOCK_MHZ, PART)
    kind, rng = network.input_type, np.random.default_rng(SEED)
    raw = rng.integers(kind.lowest, kind.highest + 1, (JETS, *network.input_shape))
    if compare(network, VerilogSimulation(design), raw):
        raise Mismatch(f"the Verilog of {network.name} differs from its reference.")
    return design


def row(what: str, cycles: int, lut: int, ff: int, carry8: int) -> dict[str, object]:
    """A line of the table."""
    return {
        "what": what, "clock_mhz": CLOCK_MHZ, "cycles": cycles, "lut": lut, "ff": ff, "carry8": carry8
    }  # fmt: skip


def counted(what: str, design: RtlDesign) -> dict[str, object]:
    """A design as fpgajet counts it, stage by stage; its flip-flops are those between the stages."""
    cells = synthesise(design)
    return row(what, design.latency_cycles, cells.lut, design.registers, cells.carry8)


def synthesised(
    what: str, top: str, sources: list[Path], boxes: list[Path], cycles: int
) -> dict[str, object]:
    """A module as Yosys counts it, its flip-flops too; black boxes are left out."""
    found = count_cells(top, sources, boxes)
    cells = Counter({kind: n for kind, n in found.items() if "_core" not in kind})
    total, ff = summary(cells), sum(n for kind, n in cells.items() if kind.startswith("FD"))
    return row(what, cycles, total.lut, ff, total.carry8)


def black_box(core: Core) -> Path:
    """The tagger of an export without its inside."""
    path = core.folder / "black_box.v"
    write_text(
        path,
        f"module {core.name}_core (input clk, input rst, input valid_in, input [{core.bits_in - 1}:0] jet, "
        f"output valid_out, output [{core.bits_out - 1}:0] score); endmodule\n",
    )
    return path


def collectors(network: Network, front: RtlDesign, whole: RtlDesign, work: Path) -> list[dict[str, object]]:
    """The front end on every word as it comes, and the collector behind it."""
    rest, rows = cut(network)[1], []
    number = Format(rest.input_type.signed, rest.input_type.bits, 0)
    write_text(work / "half" / "fpgajet_top.v", "// not counted here\n")
    half = replace(
        whole,
        directory=work / "half",
        sources=("fpgajet_top.v",),
        jet=(number,) * int(np.prod(rest.input_shape)),
    )
    for links, ii, words in COLLECTORS:
        core = copy_halves(front, replace(half, ii=ii), work / f"collector{links}_{ii}", NAME)
        collector = collector_of(core, interface_of(network, whole), links=links)
        top = core.folder / "verilog" / f"{collector.name}.v"
        write_text(top, write_collector(collector, core, MODEL))
        files = [core.folder / file for file in core.verilog if "_front_" in file]
        dsp = [file for file in files if file.name.endswith(DSP_FILE.removeprefix("fpgajet"))]
        logic = [top, *(file for file in files if file not in dsp)]
        what = f"streaming front end and collector, {words}"
        rows.append(synthesised(what, collector.name, logic, dsp, collector.latency))
    return rows


def wrappers(network: Network, whole: RtlDesign, work: Path) -> list[dict[str, object]]:
    """Both wrappers around the tagger with its front end, collector included, as black box."""
    interface = interface_of(network, whole)
    stream = copy_core(whole, work / "stream", NAME)
    write_axi_stream(stream, interface, MODEL, 1)
    link = copy_core(whole, work / "emp", NAME, HDL)
    write_emp(link, interface, answer_of(network.output.operator.output), MODEL)
    tops = (
        (
            "AXI4-Stream wrapper, without the tagger and its memory of answers",
            stream,
            "verilog",
            "axi_stream",
        ),
        ("EMP wrapper, without the tagger", link, HDL, "emp"),
    )
    rows = []
    for what, core, folder, kind in tops:
        sources = [core.folder / folder / f"{NAME}_{part}.v" for part in (kind, "collector")]
        rows.append(synthesised(what, sources[0].stem, sources, [black_box(core)], 2))
    return rows


def main() -> None:
    """Count, and write the table."""
    network = zoo_network(MODEL)
    front, _ = cut(network)
    first = network.nodes[0]
    assert isinstance(first.operator, PuppiLog)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        one = simulated(front, work / "front")
        all_at_once = simulated(replace(network, name="front end", nodes=(first,)), work / "all")
        rows = [
            counted("front end, 16 candidates per clock", all_at_once),
            counted("front end, 1 candidate per clock", one),
        ]
        # What surrounds the tagger depends on its buses and its latency only.
        whole = replace(
            all_at_once, latency_cycles=18, score=(Format(True, network.output.operator.output.bits, 0),)
        )
        rows += collectors(network, one, whole, work) + wrappers(network, whole, work)
    write_table(OUT, rows, "python scripts/count_front_end.py")
    for line in rows:
        print(line)


if __name__ == "__main__":
    main()
