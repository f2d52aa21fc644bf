"""The target ``axi-stream``: a packet of 64-bit words per jet in, a packet of scores out, with backpressure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import fpgajet
from fpgajet.devices import part as find_part
from fpgajet.export.firmware.collector import collector_of, write_collector
from fpgajet.export.firmware.core import Core
from fpgajet.export.firmware.interface import Interface, Port
from fpgajet.export.firmware.ipxact import component
from fpgajet.export.firmware.ports import write_sheet
from fpgajet.export.firmware.words import LONG, SCORE_BITS, SHORT, packets, words_of
from fpgajet.export.patterns.board import Packing
from fpgajet.export.patterns.vectors import add_frames, write_patterns
from fpgajet.export.templates import render
from fpgajet.files import write_text
from fpgajet.quoting import comment, tcl

#: Clocks that the wrapper adds: the register that collects a packet, and the memory of the answers.
ADDED = 2


def write_axi_stream(core: Core, interface: Interface, title: str, version: int) -> None:
    """Verilog top, VHDL component, packaged IP, constraints, scripts for Vivado, interface sheet.

    Raises:
        BadInput: a score does not fit an output word.
        CannotWrite: the folder cannot be written.
    """
    top = f"{core.name}_axi_stream"
    sources = _files(core)
    design, words = core.design, words_of(interface)
    collector = collector_of(core, interface, ragged=True)
    latency = collector.latency + design.latency_cycles
    depth_bits = (latency + 3).bit_length()
    values: dict[str, object] = {
        "name": core.name,
        "top": top,
        "title": comment(title),
        "version": fpgajet.__version__,
        "words": len(words),
        "place_bits": collector.place_bits,
        "inputs": interface.inputs,
        "outputs": interface.outputs,
        "bits_in": core.bits_in,
        "bits_out": core.bits_out,
        "score_bits": SCORE_BITS,
        "short": SHORT,
        "long": LONG,
        "extended": extended,
        "part_bits": max(len(interface.outputs) - 1, 1).bit_length(),
        "depth": 1 << depth_bits,
        "depth_bits": depth_bits,
        "ii": design.ii,
        "pause_bits": max(design.ii - 1, 1).bit_length(),
        "period": round(1000.0 / design.clock_mhz, 4),
        "part": tcl(find_part(design.part).full_names[0]),
        "sources": "[list " + " ".join(map(tcl, sources)) + "]",
        "xdc": tcl(f"{top}.xdc"),
    }
    files = {
        f"verilog/{top}.v": "axi_stream.v",
        f"vhdl/{top}_component.vhd": "axi_stream_component.vhd",
        f"{top}.xdc": "axi_stream.xdc",
        "synth_out_of_context.tcl": "synth_out_of_context.tcl",
        "package_ip.tcl": "package_ip.tcl",
    }
    for file, template in files.items():
        quoted = values | {"top": tcl(top)} if file.endswith(".tcl") else values
        write_text(core.folder / file, render("firmware", template, **quoted))
    write_text(core.folder / sources[1], write_collector(collector, core, title))
    write_text(core.folder / "component.xml", component(top, version, title, sources, f"{top}.xdc"))
    sheet = {
        "files": [f"`verilog/{top}.v`", f"`vhdl/{top}_component.vhd`"],
        "clock": "aclk",
        "clock_mhz": design.clock_mhz,
        "reset": "`aresetn`, low, synchronous; packets inside are forgotten",
        "interval": f"{max(design.ii, len(words))} clocks for full packets",
        "latency": f"{latency + ADDED} clocks from the edge that takes the last word to the earliest edge at which the "
        "answer can be taken",
        "latency_cycles": latency + ADDED,
        "protocol": _protocol(core, interface),
    }
    write_sheet(core.folder, interface, values | sheet)


def write_stream_patterns(
    core: Core, interface: Interface, raw: NDArray[np.int64], scores: NDArray[np.int64]
) -> None:
    """Pattern files of raw inputs and scores, an answer in the frame of its jet's last word; none for several scores.

    Raises:
        CannotWrite: the folder cannot be written.
    """
    packing = Packing(len(words_of(interface)))
    if len(interface.outputs) > 1 or packing.jets < 1:
        return
    answers = scores[:, 0].view(np.uint64) & np.uint64((1 << SCORE_BITS) - 1)
    write_patterns(core.folder, core.name, packing, packets(raw, interface), answers)
    fields: list[dict[str, object]] = [
        {"name": "score", "low": 0, "bits": SCORE_BITS, "signed": True},
        {"name": "too short", "low": SHORT, "bits": 1, "signed": False},
        {"name": "too long", "low": LONG, "bits": 1, "signed": False},
    ]
    add_frames(core.folder / "interface.json", interface, packing, fields)


def stream_sources(core: Core) -> list[Path]:
    """What a simulation of the export reads."""
    return [(core.folder / name).resolve() for name in _files(core)]


def _files(core: Core) -> list[str]:
    """The Verilog of the export, the top module first."""
    return [*(f"verilog/{core.name}_{part}.v" for part in ("axi_stream", "collector")), *core.verilog]


def extended(port: Port) -> str:
    """Verilog of an output, its sign (or 0) repeated up to ``SCORE_BITS``."""
    part = f"first[{port.msb}:{port.lsb}]"
    fill = SCORE_BITS - port.width
    if not fill:
        return part
    return f"{{{{{fill}{{{f'first[{port.msb}]' if port.signed else chr(49) + chr(39) + 'b0'}}}}}, {part}}}"


def _protocol(core: Core, interface: Interface) -> str:
    words = words_of(interface)
    listed = "\n".join(
        f"| {k} | {word.width - 1}:0 | jet[{word.msb}:{word.lsb}] |" for k, word in enumerate(words)
    )
    return (
        f"A packet, up to TLAST, is one jet of {len(words)} words:\n\n"
        f"| word | its bits | bits of the bus below |\n| --: | --: | --: |\n{listed}\n\n"
        "Missing words are empty slots; words too many are ignored. The answer is a packet of "
        f"{len(interface.outputs)} word(s):\n"
        f"the raw score in bits {SCORE_BITS - 1}:0 with its sign repeated, bit {SHORT} if the packet was too short, "
        f"bit {LONG} if it was too long.\n"
        "TREADY falls while the answers cannot be kept; no packet is lost."
    )
