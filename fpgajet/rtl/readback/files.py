"""Verilog files against the scheduled netlist that they should be, and against the network where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import ToolFailed
from fpgajet.ops.network import Network
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import netlist_scalars
from fpgajet.rtl.readback.as_written import as_written
from fpgajet.rtl.readback.circuit import TOP, check_decision, check_valid, score_nodes
from fpgajet.rtl.readback.hierarchy import NotRead
from fpgajet.rtl.readback.library import require_meanings, true_meanings
from fpgajet.rtl.readback.logic import Logic
from fpgajet.rtl.readback.modules import Module, read_modules
from fpgajet.rtl.readback.wiring import Wiring
from fpgajet.rtl.schedule.pipeline import Schedule
from fpgajet.rtl.write.design import RtlDesign
from fpgajet.rtl.write.expressions import name
from fpgajet.scalars import ScalarGraph, evaluate, scalar_network


@dataclass(frozen=True)
class Reading:
    """What reading the files back found.

    Attributes:
        problem: why they are not proved to be the netlist; empty if they are.
        modules: the files, empty if Yosys does not accept them.
        wrong: the cells that are not shown to be computed as they should be, where all else is as it should be.
        cells, distinct, assignments: cells compared, different functions among them, values tried.
    """

    problem: str
    modules: dict[str, Module]
    wrong: tuple[int, ...] = ()
    cells: int = 0
    distinct: int = 0
    assignments: int = 0


def compare_files(
    design: RtlDesign, netlist: Netlist, schedule: Schedule, keep: Path | None = None
) -> Reading:
    """Show that the Verilog files compute a netlist, with its latency, interval, valid bit and reset.

    ``keep``: folder that gets a file per function of a statement, which ``scripts/check_proof.py`` checks.

    Raises:
        MissingTool: Yosys is not installed.
    """
    found = {path.name for path in design.directory.glob("*.v")}
    if found != set(design.sources):
        odd = sorted(found ^ set(design.sources))[0]
        return Reading(f"{odd} is missing, or does not belong to the design", {})
    try:
        modules = read_modules(design.directory, design.sources, TOP)
    except ToolFailed as error:
        return Reading(str(error), {})
    if design.latency_cycles != schedule.stages or design.ii != schedule.sharing.ii:
        return Reading("design.json states another latency or interval", modules)
    wiring = Wiring(modules, netlist, schedule)
    logic, wrong = Logic(wiring, keep=keep), []
    try:
        require_meanings(modules)
        check_valid(modules, schedule.stages)
        check_decision(modules, design.threshold, netlist.cells[netlist.outputs[0]].format.signed)
        problem = wiring.misplaced()
        wrong = [] if problem else logic.wrong()
        if wrong:
            where = f"{name(wrong[0])} in stage {schedule.stage[wrong[0]]}"
            problem = f"{where} is not shown to compute what it should"
    except NotRead as error:
        problem = str(error)
    return Reading(problem, modules, tuple(wrong), logic.compared, logic.distinct, logic.assignments)


def whole_scalars(reading: Reading, netlist: Netlist, schedule: Schedule, graph: ScalarGraph) -> list[int]:
    """Nodes of the score as the files compute it: the netlist's, but for the wrong cells, which are read.

    Raises:
        NotRead: a statement whose meaning is not known.
        NotImplementedError, ValueError: see :func:`fpgajet.rtl.ir.scalars.netlist_scalars`.
    """
    wiring = Wiring(reading.modules, netlist, schedule)
    leaders = set(reading.wrong)
    other = {
        number: partial(as_written, wiring, number)
        for number in range(len(netlist.cells))
        if wiring.leader(number) in leaders
    }
    return netlist_scalars(netlist, graph, other)


def differing_event(
    network: Network, design: RtlDesign, modules: dict[str, Module], raw: NDArray[np.int64]
) -> int | None:
    """The first raw input on which the files, whatever they say, differ from the network; None if there is none.

    Raises:
        NotRead: their score cannot be read as a function of one jet.
    """
    reference = scalar_network(network)
    outputs = reference.stages[reference.output].ravel()
    found = score_nodes(
        modules,
        reference.graph,
        reference.inputs,
        network.input_type,
        len(outputs),
        network.output.operator.output,
        design.latency_cycles,
        design.ii,
        true_meanings(modules),
    )
    values = [evaluate(reference.graph, np.asarray(nodes), raw) for nodes in (outputs, found)]
    wrong = np.nonzero((values[0] != values[1]).any(axis=1))[0]
    return int(wrong[0]) if len(wrong) else None
