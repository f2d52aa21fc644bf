"""A scheduled netlist as stages and registers, before it is written in a hardware language."""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.rtl.ir.cells import Constant, Copy, Input
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.schedule.pipeline import PORT, Schedule
from fpgajet.rtl.write.expressions import name
from fpgajet.rtl.write.statements import written
from fpgajet.rtl.write.syntax import Body, Syntax


@dataclass(frozen=True)
class StagePorts:
    """Signals (cell numbers) into and out of the logic of one stage.

    Attributes:
        inputs: signals read from registers.
        cells: what is computed, leaders of shared hardware only.
        outputs: signals handed on.
        copies: multiplexers among the cells: by COPY cell, what it reads for each slot.
    """

    inputs: tuple[int, ...]
    cells: tuple[int, ...]
    outputs: tuple[int, ...]
    copies: dict[int, tuple[int, ...]]

    @property
    def slots(self) -> int:
        """How many valid bits steer the multiplexers of the stage, 0 if it has none."""
        return max((len(choices) for choices in self.copies.values()), default=0)

    def given(self) -> list[tuple[str, int]]:
        """Names of the input ports and the cells they have the width of; the port ``slot`` not among them."""
        ports = [(name(n), n) for n in self.inputs]
        return ports + [(f"c{n}_{t}", n) for n, choices in self.copies.items() for t in range(len(choices))]


def stage_ports(netlist: Netlist, schedule: Schedule) -> list[StagePorts]:
    """What each stage reads, computes and hands on."""
    sharing, ports = schedule.sharing, []
    members = sharing.members()
    for stage in range(schedule.stages):
        cells = [n for n, s in enumerate(schedule.stage) if s == stage and sharing.leader[n] == n]
        inside = set(cells)
        copies = {
            n: tuple(netlist.cells[member].args[0] for member in members[n])
            for n in cells
            if isinstance(netlist.cells[n], Copy)
        }
        plain = [n for n in cells if n not in copies]
        read = {arg for n in plain for arg in netlist.cells[n].args}
        inputs = sorted(n for n in read - inside if not isinstance(netlist.cells[n], Constant))
        outputs = [n for n in cells if schedule.places[n]]
        ports.append(StagePorts(tuple(inputs), tuple(cells), tuple(outputs), copies))
    return ports


def stage_cell(netlist: Netlist, ports: StagePorts, number: int, syntax: Syntax) -> Body:
    """A cell of a stage.

    A multiplexer takes what the jet of the latest slot needs; bit k of ``slot`` says whether one is there.
    """
    if number not in ports.copies:
        return written(netlist, number, syntax)
    later = [("slot", t, f"c{number}_{t}") for t in range(len(ports.copies[number]) - 1, 0, -1)]
    made = syntax.choose(name(number), later, f"c{number}_0")
    return Body([(name(number), netlist.cells[number].format.width)], [made])


def register(schedule: Schedule, number: int, stage: int) -> str:
    """Where the jet in a stage finds a signal: ``r<k>_<n>``, the register of cell n in front of stage k."""
    at, cell = schedule.register_of(number, stage)
    return f"r{at}_{cell}"


@dataclass(frozen=True)
class Register:
    """A register of a cell's width.

    Attributes:
        source: signal that it takes.
        on_arrival: whether it takes it only when a jet arrives.
    """

    name: str
    cell: int
    source: str
    on_arrival: bool


@dataclass(frozen=True)
class StageWiring:
    """Logic of a stage in the top module, and the registers after it.

    Attributes:
        wires: signals (name, cell) that the logic drives.
        pins: ports of the logic and what they are connected to; without ``slot``.
        slot: highest and lowest valid bit at the port ``slot``, or None.
        registers: after the stage.
    """

    wires: tuple[tuple[str, int], ...]
    pins: tuple[tuple[str, str], ...]
    slot: tuple[int, int] | None
    registers: tuple[Register, ...]


def stage_wirings(netlist: Netlist, schedule: Schedule, ports: list[StagePorts]) -> list[StageWiring]:
    """All stages of the top module."""
    wirings = []
    in_front: list[list[int]] = [[] for _ in range(schedule.stages + 1)]
    for number, places in enumerate(schedule.places):
        for place in places:
            in_front[place].append(number)
    for stage, port in enumerate(ports):
        wires = tuple((f"o{stage}_{n}", n) for n in port.outputs)
        pins = [(name(n), register(schedule, n, stage)) for n in port.inputs]
        for n, choices in port.copies.items():
            pins += [(f"c{n}_{t}", register(schedule, arg, stage + t)) for t, arg in enumerate(choices)]
        pins += [(f"o{n}", f"o{stage}_{n}") for n in port.outputs]
        registers = tuple(_register(schedule, n, stage) for n in in_front[stage + 1])
        slot = (stage + port.slots - 2, stage - 1) if port.copies else None
        wirings.append(StageWiring(wires, tuple(pins), slot, registers))
    return wirings


def _register(schedule: Schedule, number: int, stage: int) -> Register:
    """The register of a signal after ``stage``, which takes it from the logic of that stage or an earlier register."""
    fresh = schedule.stage[number] == stage
    source = f"o{stage}_{number}" if fresh else register(schedule, number, stage)
    keeps = schedule.sharing.ii > 1 and schedule.sharing.group[number] < 0
    return Register(f"r{stage + 1}_{number}", number, source, keeps)


def input_registers(netlist: Netlist) -> list[tuple[str, int, int]]:
    """Where the inputs lie on the bus: name, cell, lowest bit."""
    starts, place = [], 0
    for shape in netlist.inputs:
        starts.append(place)
        place += shape.width
    return [
        (f"r{PORT + 1}_{n}", n, starts[cell.index])
        for n, cell in enumerate(netlist.cells)
        if isinstance(cell, Input)
    ]


def widths(netlist: Netlist) -> tuple[int, int]:
    """Bits of the buses of a jet and of a score."""
    return sum(f.width for f in netlist.inputs), sum(netlist.cells[n].format.width for n in netlist.outputs)


def score_signed(netlist: Netlist) -> bool:
    """Whether the score, the only output, has a sign."""
    (score,) = netlist.outputs
    return netlist.cells[score].format.signed


def description(schedule: Schedule, title: str) -> list[str]:
    """What the top module does, for its comment."""
    ii = schedule.sharing.ii
    return [
        title,
        f"A new jet {'every clock' if ii == 1 else f'at most every {ii} clocks'}. The score of the jet at `jet` "
        "before clock edge 1",
        f"is at `score` after clock edge {schedule.stages}.",
        "Inputs: constituents as in the model's input type, the first in the lowest bits.",
        "`rst` (synchronous) clears the valid bits only: jets under way are dropped. Generated by fpgajet.",
    ]
