"""The delay of every pipeline stage by the delay model, to be compared with what a router finds."""

from __future__ import annotations

from fpgajet.rtl.design import Circuit
from fpgajet.rtl.ir.cells import DSP_KINDS
from fpgajet.rtl.ir.delays import REGISTER, delay


def stage_delays(circuit: Circuit) -> list[float]:
    """By stage, its longest path in ns with the register; stages with nothing but DSP blocks have 0."""
    netlist, schedule = circuit.netlist, circuit.schedule
    arrival = [0.0] * len(netlist.cells)
    longest = [0.0] * schedule.stages
    for number, cell in enumerate(netlist.cells):
        stage, slot = schedule.stage[number], schedule.sharing.slot[number]
        if stage < 0 or isinstance(cell, DSP_KINDS):
            continue
        before = [arrival[arg] for arg in cell.args if schedule.stage[arg] == stage]
        arrival[number] = max(before, default=0.0) + delay(cell, netlist.cells)
        longest[stage - slot] = max(longest[stage - slot], arrival[number] + REGISTER)
    return [round(value, 3) for value in longest]
