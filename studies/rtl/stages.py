"""Every pipeline stage by the delay model, and by a router that lists when signals reach their registers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fpgajet.rtl.design import Circuit
from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Input
from fpgajet.rtl.ir.delays import REGISTER, delay

#: A register: in front of a stage (``r3_120``), or a signal that enters the stage (``stage_3.v120``).
_REGISTER = re.compile(r"\br(\d+)_\d+|\bstage_(\d+)\.")
#: Ports of a flip-flop that do not take data: enable and reset.
_CONTROL = {"CE", "LSR", "RESET", "SET", "CLEAR", "PRESET"}


@dataclass
class ModelStage:
    """One stage by the delay model.

    Attributes:
        delay_ns: its longest path with the register; 0 where there is nothing but DSP blocks.
        path: kinds of the cells on that path, in order.
        cells: how many it has, shared hardware counted once. products: those in DSP blocks among them.
        fan_out: most cells of the stage that read one signal.
    """

    delay_ns: float = 0.0
    path: tuple[str, ...] = ()
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


def model_stages(circuit: Circuit) -> list[ModelStage]:
    """All stages of a circuit."""
    netlist, schedule = circuit.netlist, circuit.schedule
    sharing = schedule.sharing
    arrival = [0.0] * len(netlist.cells)
    path: list[tuple[str, ...]] = [()] * len(netlist.cells)
    found = [ModelStage() for _ in range(schedule.stages)]
    readers = [Counter[int]() for _ in found]
    for number, cell in enumerate(netlist.cells):
        stage = schedule.stage[number]
        if stage < 0 or isinstance(cell, Input | Constant):
            continue
        of_stage = found[stage - sharing.slot[number]]
        if sharing.leader[number] == number:
            of_stage.cells += 1
            of_stage.products += isinstance(cell, DSP_KINDS)
            readers[stage - sharing.slot[number]].update({sharing.leader[arg] for arg in cell.args})
        if isinstance(cell, DSP_KINDS):
            continue
        before = [arg for arg in cell.args if schedule.stage[arg] == stage]
        latest = max(before, key=arrival.__getitem__, default=-1)
        own = delay(cell, netlist.cells)
        arrival[number] = own + (arrival[latest] if latest >= 0 else 0.0)
        path[number] = (path[latest] if latest >= 0 else ()) + ((type(cell).__name__,) if own else ())
        if arrival[number] + REGISTER > of_stage.delay_ns:
            of_stage.delay_ns, of_stage.path = arrival[number] + REGISTER, path[number]
    for of_stage, counts in zip(found, readers, strict=True):
        of_stage.fan_out = max(counts.values(), default=0)
    return found


def routed_stages(report: Mapping[str, Any], stages: int) -> list[RoutedStage]:
    """All stages from nextpnr's report with ``--detailed-timing-report``.

    A register in front of stage k ends stage k - 1. Registers of the ports and of the shift registers around the tagger
    end none.
    """
    found = [RoutedStage() for _ in range(stages)]
    for net in report["detailed_net_timings"]:
        if not str(net["event"]).startswith("posedge"):
            continue  # from a pin
        for end in net["endpoints"]:
            match = _REGISTER.search(end["cell"])
            stage = int(match[1] or match[2]) - 1 if match else -1
            if not 0 <= stage < stages:
                continue
            latest = float(end["delay"][1])
            if end["port"] in _CONTROL:
                found[stage].control_ns = max(found[stage].control_ns, latest)
            else:
                found[stage].bits += 1
                found[stage].data_ns = max(found[stage].data_ns, latest)
    return found
