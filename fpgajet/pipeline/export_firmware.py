"""Exports of the Verilog of a build: simulated through the export's own top before they leave the directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, Mismatch, ToolFailed
from fpgajet.export.firmware.answer import answer_of
from fpgajet.export.firmware.axi_stream import stream_sources, write_axi_stream, write_stream_patterns
from fpgajet.export.firmware.core import Core, copy_core, copy_halves
from fpgajet.export.firmware.emp import HDL, EmpSimulation, packing_of, write_emp
from fpgajet.export.firmware.front_end import emit_halves
from fpgajet.export.firmware.interface import Interface, interface_of
from fpgajet.export.firmware.ports import simulated_ports, write_ports
from fpgajet.export.firmware.words import packets, score_of
from fpgajet.export.manifest import write_manifest
from fpgajet.export.patterns.formats import read_board
from fpgajet.export.patterns.vectors import write_patterns
from fpgajet.export.templates import render
from fpgajet.files import sha256, write_text
from fpgajet.fixed import from_real
from fpgajet.folders import ScratchFolder, atomic_folder
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.pipeline.export_flow import SEED, Export, Prepared, free_folder
from fpgajet.pipeline.record import read_record
from fpgajet.pipeline.reporter import Reporter, reported
from fpgajet.quoting import comment
from fpgajet.rtl import RtlDesign, VerilogSimulation
from fpgajet.rtl.tools.installed import require
from fpgajet.rtl.tools.stream import StreamSimulation

#: Choices of ``front_end`` and ``jet_order``, see :func:`export_emp`.
PARALLEL, STREAMING = "parallel", "streaming"
PACKED, ALIGNED = "packed", "aligned"
#: Raw inputs [events, inputs] of the events, raw scores [events, outputs] of the reference, and who hears of it.
Raw = NDArray[np.int64]


def export_ports(given: Prepared, folder: Path, listener: Reporter) -> Export:
    """The target ``ports``.

    Raises:
        BadInput: the build holds no Verilog, or the folder holds something else.
        MissingTool, ToolFailed: Verilator or g++ is missing, or failed.
        Mismatch: the simulated export differs from the reference; nothing is left.
        CannotWrite: the folder cannot be written.
    """

    def write(core: Core, interface: Interface, raw: Raw, expected: Raw) -> None:
        write_ports(core, interface, given.network.name)

    def simulate(core: Core, interface: Interface, raw: Raw, work: Path) -> Raw:
        return VerilogSimulation(simulated_ports(core, interface, work)).scores(raw)

    return export_firmware("ports", given, folder, listener, write, simulate)


def export_axi_stream(
    given: Prepared, folder: Path, listener: Reporter, version: int, front_end: str = PARALLEL
) -> Export:
    """The target ``axi-stream``; ``front_end`` and errors as for :func:`export_emp`."""

    def write(core: Core, interface: Interface, raw: Raw, expected: Raw) -> None:
        write_axi_stream(core, interface, given.network.name, version)
        write_stream_patterns(core, interface, raw, expected)

    def simulate(core: Core, interface: Interface, raw: Raw, work: Path) -> Raw:
        simulation = StreamSimulation(stream_sources(core), f"{core.name}_axi_stream")
        return streamed(simulation, packets(raw, interface), len(interface.outputs))

    return export_firmware("axi-stream", given, folder, listener, write, simulate, front_end=front_end)


def export_emp(
    given: Prepared,
    folder: Path,
    listener: Reporter,
    score_type: str,
    threshold: float,
    links: int = 1,
    jet_order: str = PACKED,
    front_end: str = PARALLEL,
) -> Export:
    """The target ``emp``; raises as :func:`export_ports`, and BadInput for a tagger that does not fit packets.

    Args:
        score_type: unsigned type of the probability in the answers.
        threshold: the least score that passes.
        links: that bring the words of a jet together.
        jet_order: ``packed``, or ``aligned``: every jet begins on the first link.
        front_end: ``parallel``, on all candidates at once behind the last word, or ``streaming``, on every word.
    """
    aligned = jet_order == ALIGNED
    answer = answer_of(given.network.output.operator.output, score_type, threshold)
    expected_words: dict[str, NDArray[np.uint64]] = {}

    def write(core: Core, interface: Interface, raw: Raw, expected: Raw) -> None:
        write_emp(core, interface, answer, given.network.name, links, aligned)
        packing, jets = packing_of(core, interface, links, aligned), packets(raw, interface)
        slots = np.zeros((-len(jets) % packing.jets, *given.network.input_shape), dtype=np.int64)
        scores = np.concatenate([expected[:, 0], reference_scores(given.network, slots)[:, 0]])
        there = np.concatenate([(jets != 0).any(axis=1), np.zeros(len(slots), dtype=bool)])
        expected_words["out"] = answer.words(scores, there)
        write_patterns(core.folder, core.name, packing, jets, expected_words["out"])

    def simulate(core: Core, interface: Interface, raw: Raw, work: Path) -> Raw:
        packing, simulation = packing_of(core, interface, links, aligned), EmpSimulation(core, work)
        pieces = sorted((core.folder / "patterns" / "EMPv2").glob("in_*.txt"))
        shown = [simulation.run(*read_board(piece)[0].channels.values()) for piece in pieces]
        words = np.concatenate([packing.last_words(piece) for piece in shown])
        if not np.array_equal(words, expected_words["out"]):
            wrong = int((words != expected_words["out"]).argmax()) if len(words) else 0
            raise Mismatch(
                f"the payload answers jet {wrong} of the pattern files wrongly. Nothing was exported."
            )
        return answer.scores(words[: len(raw)])[:, None]

    return export_firmware("emp", given, folder, listener, write, simulate, HDL, front_end)


def streamed(simulation: StreamSimulation, words: NDArray[np.uint64], outputs: int) -> Raw:
    """Scores [events, outputs] of packets [events, words], sent with bubbles and answered with backpressure.

    Raises:
        ToolFailed: not one answer per packet.
    """
    rng = np.random.default_rng(SEED)
    last = np.zeros(words.shape, dtype=bool)
    last[:, -1] = True
    clocks = 4 * words.size + 1000
    offer, accept = rng.random(clocks) < 0.8, rng.random(clocks) < 0.5
    answers = simulation.run(words.ravel(), last.ravel(), offer, accept, len(words) * outputs)
    ends = answers.last.reshape(-1, outputs)
    if answers.came != len(words) * outputs or not ends[:, -1].all() or ends[:, :-1].any():
        raise ToolFailed(f"the stream gave {answers.came} words for {len(words)} packets of {outputs}.")
    return score_of(answers.words).reshape(-1, outputs)


def export_firmware(
    target: str,
    given: Prepared,
    folder: Path,
    listener: Reporter,
    write: Callable[[Core, Interface, Raw, Raw], None],
    simulate: Callable[[Core, Interface, Raw, Path], Raw],
    verilog: str = "verilog",
    front_end: str = PARALLEL,
) -> Export:
    """Copy the tagger, write a target's files around it, simulate them, and compare with the reference.

    Args:
        write: adds the target's own files, given raw inputs and scores of the test vectors.
        simulate: raw scores by the export's top module; its last argument is a folder for temporary files.
        verilog: folder of the Verilog in the export.
        front_end: see :func:`export_emp`.

    Raises:
        BadInput, MissingTool, ToolFailed, Mismatch, CannotWrite: see :func:`export_ports`.
    """
    require("verilator", "g++")
    free_folder(folder)
    design = _design(given)
    raw = from_real(given.vectors, given.network.input_type)
    expected = reference_scores(given.network, raw)
    flat = raw.reshape(len(raw), -1)
    with atomic_folder(folder) as work:
        with reported(listener, target):
            core = _core(given, design, work, verilog, front_end)
            interface = interface_of(given.network, design)
            write(core, interface, flat, expected)
        with reported(listener, "simulate"), ScratchFolder("fpgajet-export-") as place:
            found = simulate(core, interface, flat, place)
        wrong = np.nonzero((found != expected).any(axis=1))[0]
        if len(wrong):
            raise Mismatch(
                f"the target {target} differs from the integer reference, first in event {int(wrong[0])}. Nothing was "
                "exported. Was the Verilog made from this model? `fpgajet rtl` writes it again."
            )
        readme = {"name": given.name, "title": comment(given.network.name), "target": target}
        write_text(work / "README.md", render("firmware", "README.md", events=len(raw), **readme))
        model = {"name": given.network.name, "sha256": sha256(given.build.model)}
        facts: dict[str, object] = {
            "events_compared": len(raw),
            "latency_cycles": core.latency_cycles,
            "ii": design.ii,
        }
        facts |= {"front_end": front_end} if front_end != PARALLEL else {}
        write_manifest(work, target, given.name, model, facts)
    return Export(folder, given.name, len(raw), target)


def reference_scores(network: Network, raw: Raw) -> Raw:
    """Raw scores of the integer reference, [events, outputs]."""
    stages = network.reference(FixedArray(raw, network.input_type.fraction))
    scores: Raw = stages[network.output.name].at(network.output.operator.output.fraction)
    return scores.reshape(len(raw), -1)


def _core(given: Prepared, design: RtlDesign, folder: Path, verilog: str, front_end: str) -> Core:
    """The tagger as it is in the build, or cut behind its front end."""
    if front_end == PARALLEL:
        return copy_core(design, folder, given.name, verilog)
    settings = read_record(given.build.root).get("settings", {})
    with ScratchFolder("fpgajet-export-") as place:
        halves = emit_halves(given.network, place, design, str(settings.get("multipliers", "dsp")))
        return copy_halves(halves.front, halves.rest, folder, given.name, verilog)


def _design(given: Prepared) -> RtlDesign:
    directory = given.build.verilog
    if not (directory / "design.json").is_file():
        raise BadInput(
            f"{given.build.root} holds no Verilog. Run `fpgajet rtl {given.build.root}`, or build with --flow rtl."
        )
    design = RtlDesign.read(directory)
    inputs = int(np.prod(given.network.input_shape))
    if len(design.jet) != inputs:
        raise BadInput(
            f"the Verilog in {directory} takes {len(design.jet)} inputs, the model {inputs}. Run `fpgajet rtl` again."
        )
    return design
