"""Every pipeline stage by a delay model, and by a router that lists when signals reach their registers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fpgajet.devices.delays import Delays
from fpgajet.rtl.design import Circuit
from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Input
from fpgajet.rtl.ir.delays import delay

#: The register in front of a stage (``r3_120``), or where it enters a stage: as a signal (``stage_3.v120``), as a
#: choice of a multiplexer (``stage_3.c120_2``), or as an operand of a module of our library (``stage_3.p120.a``).
_REGISTER = re.compile(r"\br(\d+)_\d+|\bstage_(\d+)\.([a-z])(\d+)(?:_t?(\d+))?(?:\.([a-z]))?")
#: Operands of our modules by their ports, and by signals that extend them by a sign.
_OPERANDS = {"a": 0, "x": 0, "b": 1, "y": 1}
#: Ports of a flip-flop that do not take data: enable and reset.
_CONTROL = {"CE", "LSR", "RESET", "SET", "CLEAR", "PRESET"}


@dataclass
class ModelStage:
    """One stage by the delay model.

    Attributes:
        delay_ns: its longest path with the register; 0 where nothing in it takes time.
        path: cells on that path, in order.
        cells: how many it has, shared hardware counted once. products: those in DSP blocks among them.
        fan_out: most cells of the stage that read one signal.
    """

    delay_ns: float = 0.0
    path: tuple[int, ...] = ()
    cells: int = 0
    products: int = 0
    fan_out: int = 0


@dataclass
class RoutedStage:
    """One stage by the router.

    Attributes:
        data_ns: when the last bit of data reaches its register, counted from the clock.
        control_ns: the same of clock enables and resets.
        bits: registers behind the stage.
    """

    data_ns: float = 0.0
    control_ns: float = 0.0
    bits: int = field(default=0)


def design_size(circuit: Circuit) -> int:
    """Cells of a circuit, shared hardware counted once."""
    leader = circuit.schedule.sharing.leader
    return sum(
        leader[n] == n and not isinstance(cell, Input | Constant)
        for n, cell in enumerate(circuit.netlist.cells)
    )


def model_stages(circuit: Circuit, delays: Delays) -> list[ModelStage]:
    """All stages of a circuit; ``delays.margin_ns`` is not in their delay."""
    netlist, schedule = circuit.netlist, circuit.schedule
    sharing, register = schedule.sharing, delays.register_of(design_size(circuit))
    arrival = [0.0] * len(netlist.cells)
    path: list[tuple[int, ...]] = [()] * len(netlist.cells)
    found = [ModelStage() for _ in range(schedule.stages)]
    readers = [Counter[int]() for _ in found]
    for number, cell in enumerate(netlist.cells):
        stage = schedule.stage[number]
        if stage < 0 or isinstance(cell, Input | Constant):
            continue
        of_stage = found[stage - sharing.slot[number]]
        product = isinstance(cell, DSP_KINDS)
        if sharing.leader[number] == number:
            of_stage.cells += 1
            of_stage.products += product
            readers[stage - sharing.slot[number]].update({sharing.leader[arg] for arg in cell.args})
        own = delay(cell, netlist.cells, delays)
        if product and not own:
            continue
        before = [arg for arg in cell.args if schedule.stage[arg] == stage]
        latest = max(before, key=arrival.__getitem__, default=-1)
        arrival[number] = own + (arrival[latest] if latest >= 0 else 0.0)
        path[number] = (path[latest] if latest >= 0 else ()) + ((number,) if own else ())
        if arrival[number] + register > of_stage.delay_ns:
            of_stage.delay_ns, of_stage.path = arrival[number] + register, path[number]
    for of_stage, counts in zip(found, readers, strict=True):
        of_stage.fan_out = max(counts.values(), default=0)
    return found


def kinds_of(circuit: Circuit, path: tuple[int, ...]) -> str:
    """Names of the kinds of some cells."""
    return " ".join(type(circuit.netlist.cells[number]).__name__ for number in path)


def routed_stages(report: Mapping[str, Any], circuit: Circuit) -> list[RoutedStage]:
    """All stages from nextpnr's report with ``--detailed-timing-report``.

    A register in front of stage k ends stage k - 1. Registers of the ports and of the shift registers around the tagger
    end none.
    """
    found = [RoutedStage() for _ in range(circuit.schedule.stages)]
    ends: dict[str, int | None] = {}
    for net in report["detailed_net_timings"]:
        if not str(net["event"]).startswith("posedge"):
            continue  # from a pin
        for end in net["endpoints"]:
            name = end["cell"]
            if name not in ends:
                ends[name] = _ends(name, circuit)
            stage = ends[name]
            if stage is None or not 0 <= stage < len(found):
                continue
            latest = float(end["delay"][1])
            if end["port"] in _CONTROL:
                found[stage].control_ns = max(found[stage].control_ns, latest)
            else:
                found[stage].bits += 1
                found[stage].data_ns = max(found[stage].data_ns, latest)
    return found


def _ends(name: str, circuit: Circuit) -> int | None:
    """The stage that ends at a register, which may be far before the one that names it: shared hardware waits."""
    match = _REGISTER.search(name)
    if match is None:
        return None
    if match[1]:
        return int(match[1]) - 1
    cells, schedule = circuit.netlist.cells, circuit.schedule
    stage, kind, number, index, port = int(match[2]), match[3], int(match[4]), match[5], match[6]
    if kind == "c" and port is None:  # a choice for each slot
        stage += int(index)
        signal = cells[schedule.sharing.members()[number][int(index)]].args[0]
    elif port is None:
        signal = number
    else:
        signal = cells[number].args[_OPERANDS[port]]
    leader = schedule.sharing.leader
    while not schedule.places[leader[signal]] and len(cells[signal].args) == 1:
        signal = cells[signal].args[0]  # wiring
    return schedule.register_of(signal, stage)[0] - 1 if schedule.places[leader[signal]] else None
