"""Flip-flops of a pipeline: every bit counted once, however many signals show it."""

from __future__ import annotations

from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Input, Trim
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.schedule.pipeline import Schedule

#: A bit: the cell that computes it and its place there; a constant is (-1, value).
Bit = tuple[int, int]


def count_registers(netlist: Netlist, schedule: Schedule) -> int:
    """Flip-flops between the stages and for the valid bits.

    Bits that two signals share are held once, as every synthesiser merges equal registers, and the first
    register after a DSP block is its own P register. Operand registers that a DSP block could absorb are
    counted, so the figure is an upper bound.
    """
    sources = bit_sources(netlist)
    total = schedule.stages
    held: list[set[Bit]] = [set() for _ in range(schedule.stages)]
    for number, cell in enumerate(netlist.cells):
        within = (
            0
            if isinstance(cell, Input)
            else schedule.stage[number] + 1
            if isinstance(cell, DSP_KINDS)
            else -1
        )
        for place in schedule.places[number]:
            if place != within:
                held[place - 1].update(sources[number])
    return total + sum(len([bit for bit in bits if bit[0] >= 0]) for bits in held)


def bit_sources(netlist: Netlist) -> list[list[Bit]]:
    """For every signal, where each of its bits (lowest first) is computed; wiring is seen through."""
    sources: list[list[Bit]] = []
    for number, cell in enumerate(netlist.cells):
        if isinstance(cell, Constant):
            sources.append([(-1, cell.raw >> place & 1) for place in range(cell.format.width)])
        elif isinstance(cell, Trim):
            sources.append(_wired(netlist, cell, sources[cell.a]))
        else:
            sources.append([(number, place) for place in range(cell.format.width)])
    return sources


def _wired(netlist: Netlist, cell: Trim, source: list[Bit]) -> list[Bit]:
    given = netlist.cells[cell.a].format
    left = cell.format.fraction - (given.fraction - cell.shift)
    fill = source[-1] if given.signed else (-1, 0)
    places = (place - left for place in range(cell.format.width))
    return [(-1, 0) if p < 0 else source[p] if p < given.width else fill for p in places]
