"""Netlists under construction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fpgajet.devices.delays import DEFAULT_DELAYS, Delays, delays_of
from fpgajet.rtl.ir.cell import ZERO, Bounds, Cell, Format, Raw, Term
from fpgajet.rtl.ir.cells import DSP_KINDS, Sum
from fpgajet.rtl.ir.delays import delay
from fpgajet.rtl.ir.netlist import Netlist


def narrowest(bounds: Bounds, fraction: int) -> Format:
    """The narrowest format for raw values within bounds."""
    low, high = bounds
    signed = low < 0
    width = max(max(high, 0).bit_length(), (-low - 1).bit_length() if signed else 0) + signed
    return Format(signed, max(width, 1), fraction)


def span(cells: Sequence[Cell], terms: Sequence[Term], constant: Raw = ZERO) -> tuple[Format, Bounds]:
    """The narrowest format for a sum, and its bounds there."""
    fractions = [cells[t.arg].format.fraction - t.shift for t in terms]
    common = max([*fractions, constant.fraction] if constant.value else fractions)
    low = high = constant.value << (common - constant.fraction) if constant.value else 0
    for term, fraction in zip(terms, fractions, strict=True):
        ends = sorted(term.sign * (end << (common - fraction)) for end in cells[term.arg].range)
        low, high = low + ends[0], high + ends[1]
    return narrowest((low, high), common), (low, high)


@dataclass
class Builder:
    """A netlist under construction; cells may only refer to earlier ones.

    ``arrival`` is when a signal is ready, in ns, with registers every ``period``. That is enough to shape sums;
    the stages themselves are decided by :mod:`fpgajet.rtl.schedule`.
    """

    inputs: tuple[Format, ...]
    tables: tuple[tuple[int, ...], ...]
    period: float = 1e9
    delays: Delays = field(default_factory=lambda: delays_of(DEFAULT_DELAYS))
    cells: list[Cell] = field(default_factory=list)
    arrival: list[float] = field(default_factory=list)
    known: dict[Cell, int] = field(default_factory=dict)

    def add(self, cell: Cell, own: bool = False) -> int:
        """Append a cell, unless there is an equal one, and return its number.

        Args:
            own: it stays apart from equal ones.
        """
        if not own:
            if cell in self.known:
                return self.known[cell]
            self.known[cell] = len(self.cells)
        self.cells.append(cell)
        start = max((self.arrival[arg] for arg in cell.args), default=0.0)
        if isinstance(cell, DSP_KINDS):
            self.arrival.append((start // self.period + 1 + (start > 0)) * self.period)
        else:
            self.arrival.append(self.done(start, delay(cell, self.cells, self.delays)))
        return len(self.cells) - 1

    def done(self, start: float, own: float) -> float:
        """When logic that starts at ``start`` and takes ``own`` ns is done.

        Logic that no longer fits before a register starts after it.
        """
        used = start % self.period
        fits = used + own + self.delays.register_ns <= self.period or used < 1e-9
        return start + own if fits else start - used + self.period + own

    def sum_of(self, terms: Sequence[Term], constant: Raw = ZERO, like: Sum | None = None) -> Term:
        """A sum as one new cell, in the format of ``like`` or the narrowest that holds it.

        Where every term is subtracted, the positive sum is made, and the sign goes with the result.
        """
        sign = 1
        if like is None and not constant.value and all(term.sign < 0 for term in terms):
            sign, terms = -1, [term._replace(sign=1) for term in terms]
        shape, bounds = (like.format, like.range) if like else span(self.cells, terms, constant)
        return Term(self.add(Sum(tuple(terms), constant, format=shape, bounds=bounds)), 0, sign)

    def build(self, outputs: tuple[int, ...]) -> Netlist:
        """The netlist, without cells that no output needs."""
        return Netlist(tuple(self.cells), self.inputs, outputs, self.tables).pruned()
