"""Sums of many terms as adders of two or three operands; what shares hardware keeps doing so.

All members of a group get the tree of adders that the first of them gets, wide enough for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fpgajet.devices.delays import DEFAULT_DELAYS, Delays, delays_of
from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.cell import Bounds, Cell
from fpgajet.rtl.ir.cells import Copy, Sum
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import Sharing
from fpgajet.rtl.passes.adder_tree import adder_tree


def adders(
    netlist: Netlist, sharing: Sharing, operands: int, period: float, delays: Delays | None = None
) -> tuple[Netlist, Sharing]:
    """Give every sum at most ``operands`` (2 or 3) operands, see :func:`fpgajet.rtl.passes.adder_tree.adder_tree`."""
    delays = delays or delays_of(DEFAULT_DELAYS)
    builder = Builder(netlist.inputs, netlist.tables, period, delays)
    shared = _Shared(netlist, sharing, builder, operands)
    moved: list[int] = []
    for number, cell in enumerate(netlist.cells):
        new = cell.moved(moved)
        if sharing.group[number] >= 0:
            moved.append(shared.add(number, new))
        else:
            moved.append(adder_tree(builder, new, operands) if isinstance(new, Sum) else builder.add(new))
    outputs = tuple(moved[number] for number in netlist.outputs)
    return Netlist(tuple(builder.cells), netlist.inputs, outputs, netlist.tables), shared.sharing()


@dataclass
class _Shared:
    """Puts cells that share hardware into a new netlist, and keeps what they share."""

    netlist: Netlist
    old: Sharing
    builder: Builder
    operands: int
    ranges: dict[int, Bounds] = field(default_factory=dict)  # by leader, that of all its members
    # By leader, the adders of a sum, the last one last. Their arguments are places: the operands, then earlier adders.
    trees: dict[int, list[Cell]] = field(default_factory=dict)
    # (leader, number of the adder in its tree), slot -> cell of the new netlist
    made: dict[tuple[tuple[int, int], int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, leader in enumerate(self.old.leader):
            low, high = self.netlist.cells[number].range
            known = self.ranges.get(leader, (low, high))
            self.ranges[leader] = min(low, known[0]), max(high, known[1])

    def add(self, number: int, cell: Cell) -> int:
        """Add a cell that reads signals of the new netlist; returns its number."""
        leader, slot = self.old.leader[number], self.old.slot[number]
        old = self.netlist.cells[number]
        if not isinstance(cell, Sum) or not isinstance(old, Sum):
            return self._put((leader, 0), slot, cell)
        # Members have equal operands, but not in the same order.
        alike = [(self.old.leader[t.arg], t.shift, t.sign) for t in old.terms]
        order = sorted(range(len(alike)), key=alike.__getitem__)
        signals = [cell.terms[place].arg for place in order]
        if leader not in self.trees:
            self.trees[leader] = self._tree(cell, order, [self.ranges[alike[place][0]] for place in order])
        *inner, last = self.trees[leader]
        for adder in inner:
            signals.append(self._put((leader, len(signals)), slot, adder.moved(signals)))
        return self._put((leader, 0), slot, replace(last.moved(signals), bounds=cell.bounds))

    def sharing(self) -> Sharing:
        """What shares hardware in the new netlist."""
        count = len(self.builder.cells)
        leaders, slots, groups = list(range(count)), [0] * count, [-1] * count
        for (cell, slot), number in self.made.items():
            leaders[number], slots[number] = self.made[cell, 0], slot
            groups[number] = self.old.group[cell[0]]
        return Sharing(self.old.ii, tuple(leaders), tuple(slots), tuple(groups))

    def _tree(self, cell: Sum, order: Sequence[int], ranges: Sequence[Bounds]) -> list[Cell]:
        """The adders of a sum, its operands in an order and with the ranges that are those of all members."""
        terms = [cell.terms[place] for place in order]
        trial = Builder(self.builder.inputs, self.builder.tables, self.builder.period, self.builder.delays)
        for term, bounds in zip(terms, ranges, strict=True):
            trial.cells.append(replace(self.builder.cells[term.arg], bounds=bounds))
            trial.arrival.append(self.builder.arrival[term.arg])
        placed = tuple(term._replace(arg=place) for place, term in enumerate(terms))
        adder_tree(trial, replace(cell, terms=placed, bounds=cell.range), self.operands)
        return trial.cells[len(terms) :]

    def _put(self, cell: tuple[int, int], slot: int, made: Cell) -> int:
        number = self.builder.add(made, own=True)
        self.made[cell, slot] = number
        if isinstance(made, Copy):  # the multiplexer is in front of what arrives in its slot
            self.builder.arrival[number] += slot * self.builder.period
        return number
