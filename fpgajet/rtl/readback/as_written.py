"""A cell of a netlist as the files compute it, where that is not what the netlist has."""

from __future__ import annotations

import re

from fpgajet.rtl.ir.cells import Copy
from fpgajet.rtl.ir.symbols import Symbols
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, NotRead, Source
from fpgajet.rtl.readback.library import MEANINGS
from fpgajet.rtl.readback.machine import Machine
from fpgajet.rtl.readback.modules import Bit
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit
from fpgajet.rtl.readback.wiring import Wiring
from fpgajet.rtl.write.expressions import name


def as_written(wiring: Wiring, number: int, signals: Symbols) -> int:
    """Node of a cell from the nodes of what its statement reads: operands, or other cells that are wired to its stage.

    Raises:
        NotRead: the statement reads something else, or its meaning is not known.
    """
    netlist, leader, module = wiring.netlist, wiring.leader(number), wiring.stage(number)
    cell, first = netlist.cells[number], netlist.cells[leader]
    words: dict[Bit, WordBit] = {}

    def add(shown: int, wanted: int) -> None:
        bits = wiring.net(module, shown)
        word = Word(signals.nodes[wanted], len(bits))
        for place, bit in enumerate(bits):
            if isinstance(bit, int):
                words.setdefault(bit, (word, place))

    for shown, wanted in zip(first.args, cell.args, strict=True):
        add(shown, wanted)
    for label in module.nets:
        match = re.fullmatch(r"v(\d+)", label)
        if match and (other := int(match[1])) < leader and wiring.reaches(number, other):
            add(other, other)
    stops = {bit: Given("", place) for place, bit in enumerate(words)}

    def nothing(port: str, place: int, time: int) -> Source:
        return None

    inside = Hierarchy(wiring.modules, module.name, nothing, MEANINGS.keys(), stops=stops)
    given = {stops[bit]: word for bit, word in words.items()}
    numbers = Numbers(signals.graph)
    if isinstance(first, Copy):
        raise NotRead("a multiplexer between jets")
    shown_bits = Machine(inside, numbers, given, MEANINGS).net(name(leader), 0)
    return (numbers.signed if cell.format.signed else numbers.unsigned)(shown_bits)
