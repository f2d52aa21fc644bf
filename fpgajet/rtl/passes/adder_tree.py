"""A sum of many terms as a tree of adders of two or three operands."""

from __future__ import annotations

import heapq

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.cell import Term
from fpgajet.rtl.ir.cells import Sum
from fpgajet.rtl.ir.delays import carry_chain


def adder_tree(builder: Builder, cell: Sum, operands: int) -> int:
    """A sum as adders of at most ``operands`` (2 or 3) operands, earliest terms first, constants last.

    Adders of three are smaller, but slower; where only an adder of two still fits before the next register
    (every ``builder.period`` ns), it is taken.
    """
    last_takes = operands - bool(cell.constant.value)
    queue = [(builder.arrival[t.arg], builder.cells[t.arg].format.width, *t) for t in cell.terms]
    heapq.heapify(queue)
    while len(queue) > last_takes:
        count = min(_operands(builder, queue, operands), len(queue) - last_takes + 1)
        made = builder.sum_of([Term(*heapq.heappop(queue)[2:]) for _ in range(count)])
        heapq.heappush(queue, (builder.arrival[made.arg], builder.cells[made.arg].format.width, *made))
    last = [Term(*item[2:]) for item in queue]
    return builder.sum_of(last, cell.constant, like=cell).arg


def _operands(builder: Builder, queue: list[tuple[float, int, int, int, int]], operands: int) -> int:
    """Two or three operands for the next adder of a tree."""
    if operands == 2:
        return 2
    chosen = heapq.nsmallest(3, queue)
    delays = builder.delays
    chain = carry_chain(max(item[1] for item in chosen) + 2, delays)
    three = builder.done(chosen[2][0], delays.ternary_ns + chain)
    two = builder.done(chosen[1][0], delays.adder_ns + chain)
    return 2 if three // builder.period > two // builder.period else 3
