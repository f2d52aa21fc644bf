"""Sums of many terms: taken apart to their terms, and put together again from adders of two or three."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from fpgajet.rtl.ir.delays import ADDER, CARRY8, DSP_KINDS, REGISTER, TERNARY, delay
from fpgajet.rtl.ir.netlist import Cell, Format, Kind, Netlist, Term, sum_cell


def flatten(netlist: Netlist) -> Netlist:
    """Make every sum that only another sum reads a part of that one."""
    users = netlist.uses()
    outputs = set(netlist.outputs)
    cells = list(netlist.cells)
    for number, cell in enumerate(cells):
        if cell.kind is not Kind.SUM:
            continue
        terms: list[Term] = []
        raw, fraction = cell.constant
        for term in cell.terms:
            inner = cells[term.arg]
            alone = len(users[term.arg]) == 1 and term.arg not in outputs
            if inner.kind is not Kind.SUM or not alone:
                terms.append(term)
                continue
            terms += [Term(t.arg, t.shift + term.shift, t.sign * term.sign) for t in inner.terms]
            inner_raw, inner_fraction = inner.constant
            raw, fraction = _plus(raw, fraction, term.sign * inner_raw, inner_fraction - term.shift)
        cells[number] = sum_cell(terms, (raw, fraction), cell.format, cell.range)
    return Netlist(tuple(cells), netlist.inputs, netlist.outputs, netlist.tables).pruned()


def _plus(raw: int, fraction: int, other: int, other_fraction: int) -> tuple[int, int]:
    if not other:
        return raw, fraction
    if not raw:
        return other, other_fraction
    common = max(fraction, other_fraction)
    return (raw << (common - fraction)) + (other << (common - other_fraction)), common


def narrowest(bounds: tuple[int, int], fraction: int) -> Format:
    """The narrowest format for raw values within bounds."""
    low, high = bounds
    signed = low < 0
    width = max(high.bit_length(), (-low - 1).bit_length() if signed else 0) + signed
    return Format(signed, max(width, 1), fraction)


def span(
    cells: Sequence[Cell], terms: Sequence[Term], constant: tuple[int, int] = (0, 0)
) -> tuple[Format, tuple[int, int]]:
    """The narrowest format for a sum, and its bounds there."""
    fractions = [cells[t.arg].format.fraction - t.shift for t in terms]
    common = max([*fractions, constant[1]] if constant[0] else fractions)
    low = high = constant[0] << (common - constant[1]) if constant[0] else 0
    for term, fraction in zip(terms, fractions, strict=True):
        ends = sorted(term.sign * (end << (common - fraction)) for end in cells[term.arg].range)
        low, high = low + ends[0], high + ends[1]
    return narrowest((low, high), common), (low, high)


@dataclass
class Builder:
    """A netlist under construction; cells may only refer to earlier ones.

    ``arrival`` is when a signal is ready, in ns, with registers every ``period``: enough to shape sums by;
    the stages themselves are decided by :mod:`fpgajet.rtl.schedule.pipeline`.
    """

    inputs: tuple[Format, ...]
    tables: tuple[tuple[int, ...], ...]
    period: float = 1e9
    cells: list[Cell] = field(default_factory=list)
    arrival: list[float] = field(default_factory=list)
    known: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, cell: Cell, own: bool = False) -> int:
        """Append a cell, unless there is an equal one; returns its number. ``own``: it stays apart from equal ones."""
        key = cell[:4]
        if not own:
            if key in self.known:
                return self.known[key]
            self.known[key] = len(self.cells)
        self.cells.append(cell)
        start = max((self.arrival[arg] for arg in cell.args), default=0.0)
        if cell.kind in DSP_KINDS:
            self.arrival.append((start // self.period + 1 + (start > 0)) * self.period)
        else:
            self.arrival.append(self.finish(start, delay(self.cells, cell)))
        return len(self.cells) - 1

    def finish(self, start: float, own: float) -> float:
        """When logic that starts at ``start`` is done: what no longer fits before a register waits for it."""
        used = start % self.period
        fits = used + own + REGISTER <= self.period or used < 1e-9
        return start + own if fits else start - used + self.period + own

    def sum_of(self, terms: list[Term], constant: tuple[int, int] = (0, 0), like: Cell | None = None) -> Term:
        """A sum as one new cell, in the format of ``like`` or the narrowest that holds it.

        Where every term is subtracted, their positive sum is made, and the sign goes with the result.
        """
        sign = 1
        if like is None and not constant[0] and all(term.sign < 0 for term in terms):
            sign, terms = -1, [term._replace(sign=1) for term in terms]
        shape, bounds = (like.format, like.range) if like else span(self.cells, terms, constant)
        return Term(self.add(sum_cell(terms, constant, shape, bounds)), 0, sign)

    def build(self, outputs: tuple[int, ...]) -> Netlist:
        """The finished netlist."""
        return Netlist(tuple(self.cells), self.inputs, outputs, self.tables).pruned()


def adder_tree(builder: Builder, cell: Cell, operands: int) -> int:
    """A sum as adders of at most ``operands`` (2 or 3) operands, earliest terms first, constants last.

    Adders of three are smaller, but slower; where only an adder of two still fits before the next register
    (every ``builder.period`` ns), it is taken.
    """
    room = operands - bool(cell.constant[0])  # what the last adder can take
    queue = [(builder.arrival[t.arg], builder.cells[t.arg].format.width, *t) for t in cell.terms]
    heapq.heapify(queue)
    while len(queue) > room:
        count = min(_operands(builder, queue, operands), len(queue) - room + 1)
        made = builder.sum_of([Term(*heapq.heappop(queue)[2:]) for _ in range(count)])
        heapq.heappush(queue, (builder.arrival[made.arg], builder.cells[made.arg].format.width, *made))
    last = [Term(*item[2:]) for item in queue]
    return builder.sum_of(last, cell.constant, like=cell).arg


def _operands(builder: Builder, queue: list[tuple[float, int, int, int, int]], operands: int) -> int:
    """Two or three operands for the next adder of a tree."""
    if operands == 2:
        return 2
    chosen = heapq.nsmallest(3, queue)
    chain = CARRY8 * ceil((max(item[1] for item in chosen) + 2) / 8)
    three = builder.finish(chosen[2][0], TERNARY + chain)
    two = builder.finish(chosen[1][0], ADDER + chain)
    return 2 if three // builder.period > two // builder.period else 3
