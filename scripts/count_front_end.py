"""Cells and clocks of the tagger npelican-n16-c2-puppi, of its front end, and of what stands around it, at one clock.

    python scripts/count_front_end.py

Writes docs/data/front_end.csv. The tagger behind the front end is counted at two initiation intervals, and the tagger
of wide jets, npelican-n8-c2-puppi, with its front end. The front end (the operator PuppiLog) is counted for 16
candidates at once, as it is part of the network, with the axis from the candidates (PuppiAxis) and with a sorting
network before it (PuppiSort), and as it works on every word as it comes, with the collector that puts jets together.
Each is simulated on 2,000 jets of random words against its reference first. The wrappers are counted with the tagger as
a black box.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from fpgajet.ops.forms import Puppi
from fpgajet.ops.network import Network, Node
from fpgajet.ops.puppi_log import PuppiLog
from fpgajet.rtl import RtlDesign, RtlOptions, VerilogSimulation, emit
from fpgajet.rtl.build import compare
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.yosys import DSP_FILE, count_cells, summary, synthesise
from studies.tables.rows import write_table
from studies.variants.networks import zoo_network

MODEL, PART, CLOCK_MHZ, JETS = "npelican-n16-c2-puppi", "xcvu13p", 360.0, 2000
OUT = Path(__file__).parent.parent / "docs" / "data" / "front_end.csv"
SEED = 1
NAME = "tagger_v1"
#: Initiation intervals of the tagger behind the front end.
INTERVALS = (1, 3)
#: The tagger of wide jets, counted whole.
WIDE = "npelican-n8-c2-puppi"
#: Front ends beside the one of the model: what changes in its form, and what products are made of.
OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "axis from the candidates": ({"axis": "sum"}, "dsp"),
    "axis from the candidates, products in LUT": ({"axis": "sum"}, "lut"),
    "axis from the candidates, sorted": ({"axis": "sum", "order": "any"}, "dsp"),
}
#: Links, interval of the tagger, and how the jets lie: those of the budget cms-p2-ct-l2 last.
COLLECTORS = ((1, 1, "1 link"), (6, 1, "6 links"), (6, 3, "6 links, jets that wait"))


def simulated(network: Network, folder: Path, ii: int = 1, multipliers: str = "dsp") -> RtlDesign:
    """Verilog of a network, compared with its reference."""
    design = emit(network, folder, CLOCK_MHZ, PART, RtlOptions(ii=ii, multipliers=multipliers))
    kind, rng = network.input_type, np.random.default_rng(SEED)
    raw = rng.integers(kind.lowest, kind.highest + 1, (JETS, *network.input_shape))
    if compare(network, VerilogSimulation(design), raw):
        raise Mismatch(f"the Verilog of {network.name} differs from its reference.")
    return design


def row(what: str, cycles: int, lut: int, ff: int, carry8: int, dsp: int = 0) -> dict[str, object]:
    """A line of the table."""
    counted = {"lut": lut, "ff": ff, "carry8": carry8, "dsp": dsp}
    return {"what": what, "clock_mhz": CLOCK_MHZ, "cycles": cycles, **counted}


def counted(what: str, design: RtlDesign) -> dict[str, object]:
    """A design as fpgajet counts it, stage by stage; its flip-flops are those between the stages."""
    cells = synthesise(design)
    return row(what, design.latency_cycles, cells.lut, design.registers, cells.carry8, cells.dsp)


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


def other_front_ends(network: Network, work: Path) -> Iterator[dict[str, object]]:
    """The front end with its options, for all candidates of a jet at once."""
    given = network.form
    assert isinstance(given, Puppi)
    for what, (change, multipliers) in OPTIONS.items():
        form = replace(given, **change)
        nodes: list[Node] = []
        for name, operator in form.front_end(network.constituents).items():
            tensors = network.nodes[0].tensors if name == network.nodes[0].name else {}
            nodes.append(Node(name, operator, (nodes[-1].name if nodes else network.input_name,), tensors))
        front = Network(
            what,
            network.input_name,
            (network.constituents, form.columns),
            network.input_type,
            tuple(nodes),
            form,
        )
        yield counted(
            f"front end, 16 candidates per clock, {what}",
            simulated(front, work / what, multipliers=multipliers),
        )


def taggers(network: Network, work: Path) -> Iterator[dict[str, object]]:
    """The tagger behind its front end, and the whole one of wide jets."""
    rest = cut(network)[1]
    for ii in INTERVALS:
        what = f"tagger behind the front end, a jet every {ii} clock(s)"
        yield counted(what, simulated(rest, work / f"rest{ii}", ii))
    wide = simulated(zoo_network(WIDE), work / "wide")
    yield counted("tagger of wide jets (8 candidates), front end included", wide)


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


def rows_of(work: Path) -> Iterator[dict[str, object]]:
    """All rows, one after the other: the small ones first."""
    network = zoo_network(MODEL)
    front, _ = cut(network)
    first = network.nodes[0]
    assert isinstance(first.operator, PuppiLog)
    one = simulated(front, work / "front")
    all_at_once = simulated(replace(network, name="front end", nodes=(first,)), work / "all")
    yield counted("front end, 16 candidates per clock", all_at_once)
    yield counted("front end, 1 candidate per clock", one)
    # What surrounds the tagger depends on its buses and its latency only.
    score = (Format(True, network.output.operator.output.bits, 0),)
    whole = replace(all_at_once, latency_cycles=18, score=score)
    yield from collectors(network, one, whole, work)
    yield from wrappers(network, whole, work)
    yield from other_front_ends(network, work)
    yield from taggers(network, work)


def main() -> None:
    """Count, and write the table anew with every row."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        for line in rows_of(Path(name)):
            rows.append(line)
            write_table(OUT, rows, "python scripts/count_front_end.py")
            print(line, flush=True)


if __name__ == "__main__":
    main()
