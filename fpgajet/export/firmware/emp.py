"""The target ``emp``: a payload of the EMP framework that tags jets in packets of 54 frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fpgajet
from fpgajet.errors import BadInput
from fpgajet.export.firmware.answer import DECISION, RAW_BITS, THERE, Answer
from fpgajet.export.firmware.collector import collector_of, write_collector
from fpgajet.export.firmware.core import Core
from fpgajet.export.firmware.interface import Interface
from fpgajet.export.firmware.ports import write_sheet
from fpgajet.export.firmware.words import words_of
from fpgajet.export.patterns.board import PACKET, Channel, Packing
from fpgajet.export.patterns.vectors import add_frames
from fpgajet.export.templates import render
from fpgajet.files import read_json, write_text
from fpgajet.quoting import comment
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.write.design import RtlDesign

#: Clocks that the wrapper adds to the tagger's: the register that collects a jet, and the one of the answer.
ADDED = 2
#: Clocks that a simulation is held in reset before the first frame.
RESET = 2
#: Folder of the sources, and of the dep file beside it, in a component that ipbb builds.
HDL, CFG = "firmware/hdl", "firmware/cfg"
#: A word in two halves, and its flags in the order of :mod:`fpgajet.export.patterns.board`.
LINK = (Format(False, 32, 0), Format(False, 32, 0), *[Format(False, 1, 0)] * 4)


def packing_of(core: Core, interface: Interface, links: int = 1, aligned: bool = False) -> Packing:
    """How the jets of a tagger lie in packets.

    Args:
        links, aligned: see :class:`fpgajet.export.patterns.board.Packing`.

    Raises:
        BadInput: more than one score, a jet that a packet does not hold, or a tagger slower than its words.
    """
    words = len(words_of(interface))
    if len(interface.outputs) > 1:
        raise BadInput("the target emp is for taggers with one score. `--target axi-stream` takes several.")
    if not 1 <= links <= words:
        raise BadInput(f"--links is 1 to {words}, the words of a jet, not {links}.")
    if words > PACKET * links:
        raise BadInput(f"a jet has {words} words, more than the {PACKET * links} frames of a packet.")
    packing, ii = Packing(words, PACKET, links, aligned, core.design.ii), core.design.ii
    if ii > -(-packing.step // links) or not packing.jets:
        raise BadInput(
            f"the tagger takes a jet every {ii} clocks, but one comes every {packing.step / links:.3g}. Build it with "
            "a shorter interval (--ii)."
        )
    return packing


def write_emp(
    core: Core, interface: Interface, answer: Answer, title: str, links: int = 1, aligned: bool = False
) -> None:
    """Verilog of the links of a tagger, architecture and entity of the payload, dep file, interface sheet.

    Args:
        links, aligned: see :func:`packing_of`.

    Raises:
        BadInput: see :func:`packing_of`.
        CannotWrite: the folder cannot be written.
    """
    packing, name, port = packing_of(core, interface, links, aligned), core.name, interface.outputs[0]
    shift, bits = answer.step_shift, core.bits_out
    collector = collector_of(core, interface, links=links, aligned=aligned)
    latency = collector.latency + core.design.latency_cycles
    values: dict[str, object] = {
        "name": name,
        "top": f"{name}_emp",
        "title": comment(title),
        "version": fpgajet.__version__,
        "packet": packing.packet,
        "jets": packing.jets,
        "words": packing.words,
        "step": packing.step,
        "links": links,
        "place_bits": collector.place_bits,
        "slot_bits": packing.jets.bit_length(),
        "bits_in": core.bits_in,
        "bits_out": bits,
        "inputs": interface.inputs,
        "outputs": interface.outputs,
        "latency": core.design.latency_cycles,
        "delay": latency + ADDED,
        "signed": port.signed,
        "type_bits": answer.score_type.bits,
        "score_type": answer.score_type.ap_fixed(),
        "raw_low": answer.score_type.bits,
        "threshold": answer.threshold,
        "threshold_literal": _signed_literal(answer.threshold, bits + 1),
        "wide": max(bits + 1 + max(-shift, 0), 11),
        "steps": f"value >>> {shift}" if shift >= 0 else f"value <<< {-shift}",
        "table": answer.table,
        "sources": [
            f"--vhdl2008 {name}_emp_entity.vhd",
            f"--vhdl2008 {name}_emp_payload.vhd",
            *(Path(file).name for file in link_files(core)),
        ],
        "ii": core.design.ii,
        "latency_cycles": latency + ADDED,
    }
    files = {
        f"{HDL}/{name}_emp.v": "emp.v",
        f"{HDL}/{name}_emp_payload.vhd": "emp_payload.vhd",
        f"{HDL}/{name}_emp_entity.vhd": "emp_entity.vhd",
        f"{CFG}/{name}.dep": "emp.dep",
    }
    for file, template in files.items():
        write_text(core.folder / file, render("firmware", template, **values))
    write_text(core.folder / HDL / f"{name}_collector.v", write_collector(collector, core, title))
    sheet = {
        "files": [f"`{file}`" for file in files],
        "clock": "clk_p",
        "clock_mhz": core.design.clock_mhz,
        "reset": "`rst_loc` of the link's region, high, synchronous; jets inside are forgotten",
        "interval": f"{packing.step / links:g} clocks: {links} word(s) of a jet come per clock",
        "latency": f"{latency + ADDED} clocks from the last word of a jet to its answer; "
        f"{packing.complete(1)[0] + latency + ADDED} from the first",
        "protocol": _protocol(packing, answer),
    }
    write_sheet(core.folder, interface, values | sheet)
    add_frames(core.folder / "interface.json", interface, packing, _answer_fields(answer))


def link_files(core: Core) -> list[str]:
    """The Verilog of the export, the top module first."""
    return [f"{HDL}/{core.name}_emp.v", f"{HDL}/{core.name}_collector.v", *core.verilog]


class EmpSimulation:
    """The links of a tagger in an exported payload, compiled."""

    def __init__(self, core: Core, work: Path) -> None:
        """Raises as :class:`fpgajet.rtl.tools.verilator.VerilogSimulation`; ``work`` gets a shim."""
        sheet = read_json(core.folder / "interface.json")
        self.delay, links = int(sheet["latency_cycles"]), int(sheet["frames"]["links"])
        shim = work / "fpgajet_top.v"
        write_text(shim, render("firmware", "emp_shim.v", name=core.name, links=links))
        sources = tuple(str(p.resolve()) for p in [shim, *(core.folder / f for f in link_files(core))])
        given = (*LINK[:2] * links, *LINK[2:])
        design: RtlDesign = replace(core.design, sources=sources, jet=given, score=LINK)
        self._simulation = VerilogSimulation(design)

    def run(self, *given: Channel, reset: NDArray[np.bool_] | None = None) -> Channel:
        """What the answer's link shows while the links are given these frames, and while the last ones come out.

        Args:
            given: by link; the flags are those of the first.
            reset: a bit per frame.
        """
        first = given[0]

        def framed(values: NDArray[Any]) -> NDArray[np.int64]:
            return np.concatenate([np.zeros(RESET), values, np.zeros(self.delay)]).astype(np.int64)

        low_half, up = np.uint64(0xFFFFFFFF), np.uint64(32)
        halves = [half for link in given for half in (link.data & low_half, link.data >> up)]
        columns = [framed(half) for half in halves] + [framed(first.flags >> k & 1) for k in range(4)]
        held = framed(np.zeros(len(first.data)) if reset is None else reset)
        held[:RESET] = 1
        clocked = self._simulation.clock(np.stack(columns, axis=-1), np.zeros(len(held)), held)
        low, high, *bits = clocked.scores[RESET:].T.astype(np.uint64)
        flags = np.sum([bit << np.uint64(k) for k, bit in enumerate(bits)], axis=0)
        return Channel(low | high << np.uint64(32), flags.astype(np.uint8))


def _signed_literal(value: int, width: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{width}'sd{abs(value)}"


def _protocol(packing: Packing, answer: Answer) -> str:
    low, kind = answer.score_type.bits, answer.score_type.ap_fixed()
    frames = "the last word of its jet"
    if packing.complete(packing.jets) != packing.answered:
        frames = f"frame {', '.join(map(str, packing.answered))} of the packet"
    return (
        f"Packets have {packing.packet} frames. From the frame with `start` on, {packing.jets} jets follow one\n"
        f"another, {packing.words} words each; the frames after them are padding. {_links(packing)}"
        f"An answer leaves with the delayed\nflags of {frames}; all other words are 0. A packet that starts before the "
        "one before it has\nended drops the jet that is not complete.\n\n"
        "| bits of the answer | holds |\n| --: | :-- |\n"
        f"| {low - 1}:0 | probability, `{kind}`: sigmoid of the score, in steps of 1/32 |\n"
        f"| {low + RAW_BITS - 1}:{low} | raw score, its sign repeated |\n"
        f"| {DECISION} | decision: the raw score is at least {answer.threshold} |\n"
        f"| {THERE} | the jet is there: not all of its words were 0 |"
    )


def _links(packing: Packing) -> str:
    """How words lie on several links."""
    if packing.links == 1:
        return ""
    order = f"word k of the packet comes on link k % {packing.links} in frame k // {packing.links}"
    begin = "every jet begins on the first link" if packing.aligned else "jets follow without gaps"
    return f"{packing.links} links bring them: {order}, and {begin}. "


def _answer_fields(answer: Answer) -> list[dict[str, object]]:
    low = answer.score_type.bits
    return [
        {"name": "probability", "low": 0, "bits": low, "signed": False},
        {"name": "score", "low": low, "bits": RAW_BITS, "signed": True},
        {"name": "decision", "low": DECISION, "bits": 1, "signed": False},
        {"name": "jet is there", "low": THERE, "bits": 1, "signed": False},
    ]
