"""The targets ``board-...``: a tagger behind a serial port, its pins, and its bitstream where that is wanted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgajet.devices.open_parts import Board, board, open_part
from fpgajet.errors import BudgetMissed, Mismatch
from fpgajet.export.board.package import BoardPackage, write_package
from fpgajet.export.board.simulation import SimulatedBoard
from fpgajet.export.firmware.core import copy_core
from fpgajet.export.manifest import write_manifest
from fpgajet.export.templates import render
from fpgajet.files import sha256, write_bytes, write_json, write_text
from fpgajet.fixed import from_real
from fpgajet.folders import ScratchFolder, atomic_folder
from fpgajet.pipeline.ahead import Ahead
from fpgajet.pipeline.board_routing import Routing
from fpgajet.pipeline.board_run import answered, compare_scores
from fpgajet.pipeline.code import code_digest
from fpgajet.pipeline.export_firmware import reference_scores
from fpgajet.pipeline.export_flow import Export, Prepared, free_folder
from fpgajet.pipeline.reporter import Reporter, reported
from fpgajet.pipeline.route_flow import TIMEOUT, family_options
from fpgajet.quoting import comment
from fpgajet.rtl import RtlOptions, VerilogSimulation, emit
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.route.netlist import NETLIST
from fpgajet.rtl.tools.installed import require, yosys_name

#: Before the name of a board.
PREFIX = "board-"
#: Registers are placed for a clock so much above the board's.
MARGIN = 1.5
#: Events that go through the simulated serial port; the tagger itself is compared on all.
THROUGH_PORT = 100
#: Seeds that are tried until the clock of the board is reached.
MOST_SEEDS = 5
SEED_FILE = "bitstream.json"
#: Key of the manifest: digest of the code that made the export.
CODE = "code"


@dataclass(frozen=True)
class BoardSettings:
    """How a board is served.

    Attributes:
        bitstream: whether to make one (minutes). ii: clocks between jets; None: as the board's table says.
        timeout: seconds that one run of a tool may take.
    """

    bitstream: bool = False
    ii: int | None = None
    timeout: float = TIMEOUT


def export_board(
    given: Prepared, folder: Path, listener: Reporter, target: str, settings: BoardSettings
) -> Export:
    """A target ``board-NAME``.

    Raises:
        BadInput: no such board, or the folder holds something else.
        MissingTool, ToolFailed: a tool is missing, or failed; logs of Yosys and of the router stay beside the export.
        BudgetMissed: the tagger does not fit, or does not reach the board's clock.
        Mismatch: the simulated board differs from the reference; nothing is left.
        CannotWrite: the folder cannot be written.
    """
    chosen = board(target.removeprefix(PREFIX))
    part = open_part(chosen.part)
    family = family_of(part)
    require("alkaid", "verilator", "g++", *(["yosys"] if settings.bitstream else []))
    if settings.bitstream:
        family.require()
    free_folder(folder)
    network = given.network
    raw = from_real(given.vectors, network.input_type)
    expected, flat = reference_scores(network, raw), raw.reshape(len(raw), -1)
    with atomic_folder(folder) as work, ScratchFolder("fpgajet-export-") as place, Ahead() as ahead:
        with reported(listener, target):
            options = family_options(RtlOptions(ii=chosen.ii if settings.ii is None else settings.ii), part)
            design = emit(network, place, MARGIN * chosen.clock_mhz, part.name, options)
            core = copy_core(design, work, given.name)
            package = write_package(core, chosen, _identity(given, place), network.name)
            write_bytes(work / "model.onnx", given.build.model.read_bytes())
        routing = Routing(package, part, folder.parent / f"{folder.name}-route", settings.timeout)
        if settings.bitstream:
            routing.prepare()
            ahead.begin(NETLIST, routing.synthesise)
        with reported(listener, "simulate"):
            compare_scores(VerilogSimulation(design).scores(raw), expected, f"the Verilog of {target}")
            some = np.unique(np.linspace(0, len(raw) - 1, THROUGH_PORT, dtype=int))
            with SimulatedBoard(package.facts, package.sources, chosen.reset_level) as simulated:
                found, tally = answered(package.facts, simulated.port, flat[some])
            compare_scores(found, expected[some], target)
            if tally.faults:
                raise Mismatch(f"the simulated serial port of {target} is not clean: {tally.sentence()}.")
        facts = {
            "board": chosen.name,
            "part": part.name,
            "latency_cycles": design.latency_cycles,
            "ii": design.ii,
        }
        facts |= {"events_compared": len(raw), CODE: code_digest((__name__,))}
        if settings.bitstream:
            with reported(listener, "bitstream"):
                ahead.finish(NETLIST, routing.synthesise)
                facts |= _bitstream(routing, chosen, listener)
        _readme(work, given, chosen, package, facts)
        model = {"name": network.name, "sha256": sha256(given.build.model)}
        write_manifest(work, target, given.name, model, facts)
    return Export(folder, given.name, len(raw), target)


def _identity(given: Prepared, design: Path) -> str:
    """Changes with the model and with the Verilog."""
    digest = hashlib.sha256(sha256(given.build.model).encode())
    for path in sorted(design.glob("*.v")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _bitstream(routing: Routing, chosen: Board, listener: Reporter) -> dict[str, object]:
    """Place and route until the board's clock is reached, and pack.

    Clocks of boards are low: at first the router does not work towards them, which takes half of the time. Then it
    does, with one seed after another.
    """
    family = family_of(routing.part)
    for seed, quick in ((1, True), *((seed, False) for seed in range(1, MOST_SEEDS + 1))):
        run = routing.route(seed, chosen.clock_mhz, quick=quick)
        listener.line(
            f"{routing.part.name}, seed {seed}: {run.fmax_mhz:.1f} MHz, {run.used['lut']:,} look-up tables"
        )
        if run.fmax_mhz >= chosen.clock_mhz:
            break
    else:
        raise BudgetMissed(
            f"no seed of {MOST_SEEDS} reaches the {chosen.clock_mhz:g} MHz of {chosen.name}: the last gives "
            f"{run.fmax_mhz:.1f} MHz. Its logs are in {routing.folder}."
        )
    routing.pack(seed)
    found = {
        "bitstream": family.bitstream, "seed": seed, "fmax_mhz": round(run.fmax_mhz, 2), "used": run.used,
        "tools": f"{yosys_name()}, {family.version()}",
    }  # fmt: skip
    write_json(routing.package.folder / SEED_FILE, found)
    return found


def _readme(
    work: Path, given: Prepared, chosen: Board, package: BoardPackage, facts: dict[str, object]
) -> None:
    values = {
        "name": given.name, "title": comment(given.network.name), "board": chosen.title, "baud": chosen.baud,
        "constraints": package.constraints, "events": facts["events_compared"], "short": chosen.name,
        "bitstream": facts.get("bitstream", ""), "tools": facts.get("tools", ""), "fmax": facts.get("fmax_mhz", ""),
        "clock": f"{chosen.clock_mhz:g}", "load": " ".join(chosen.load), "check": chosen.check,
        "file": family_of(open_part(chosen.part)).bitstream,
    }  # fmt: skip
    write_text(work / "README.md", render("board", "README.md", **values))
