"""Equal pieces of a circuit: cones of the same cells, wired alike, over different signals.

A cone is a cell with everything that serves it alone (its maximal fan-out-free cone: what it dominates on every
path to the outputs). Two cones with one signature can be computed by the same hardware, one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import NamedTuple

from fpgajet.rtl.ir.netlist import Cell, Kind, Netlist

#: Larger cones are not looked at.
LARGEST = 400
#: Nor sums alone of more terms: these share partial sums (:mod:`fpgajet.rtl.share.partial_sums`).
LONGEST = 6
#: What a DSP block is worth, in look-up tables.
DSP_WORTH = 100


class Cone(NamedTuple):
    """Cells of a cone and the signals it reads, both in an order that all cones of one signature share."""

    cells: tuple[int, ...]
    reads: tuple[int, ...]


class Family(NamedTuple):
    """Cones of one signature; ``area`` is that of one of them, in look-up tables."""

    area: int
    cones: list[Cone]

    def possible(self, ii: int) -> int:
        """Look-up tables that groups of ``ii`` cones save where they need no multiplexer."""
        return self.area * (len(self.cones) - -(-len(self.cones) // ii))


def families(netlist: Netlist) -> list[Family]:
    """All sets of at least two equal cones, the one that could save most first."""
    inside = _dominated(netlist)
    # A cascade of DSP blocks stays whole.
    cascaded = {c.mac.z.arg for c in netlist.cells if c.kind is Kind.MAC and c.mac.z}
    shapes = _Numbers()
    found: dict[object, list[Cone]] = defaultdict(list)
    for root, cell in enumerate(netlist.cells):
        if root in cascaded or len(inside[root]) > LARGEST:
            continue
        alone = cell.kind is Kind.SUM and len(cell.args) > LONGEST and len(inside[root]) == 1
        if cell.kind not in _FREE and not alone:
            cone, signature = _canonical(netlist, root, set(inside[root]), shapes)
            found[signature].append(cone)
    sizes = [
        Family(sum(area(netlist, netlist.cells[n]) for n in cones[0].cells), cones)
        for cones in found.values()
        if len(cones) > 1
    ]
    return sorted(sizes, key=lambda family: -family.area * (len(family.cones) - 1))


_FREE = (Kind.INPUT, Kind.CONSTANT, Kind.TRIM, Kind.NOT)


def area(netlist: Netlist, cell: Cell) -> int:
    """About how many look-up tables a cell needs."""
    width = cell.format.width
    given = netlist.cells[cell.args[0]].format.width if cell.args else 0
    match cell.kind:
        case Kind.PRODUCT | Kind.MAC:
            size = DSP_WORTH
        case Kind.TABLE:
            size = width << max(0, given - 6)
        case Kind.DISTANCE:
            size = ceil(1.5 * width)
        case Kind.LIMIT:
            size = ceil(width / 2)
        case Kind.SUM:  # adders of three
            size = width * max(1, ceil((len(cell.args) - 1) / 2))
        case Kind.MUX | Kind.AND | Kind.OR | Kind.XOR | Kind.RELU:
            size = width
        case Kind.ANY | Kind.ALL:
            size = ceil(given / 6)
        case _:
            size = 0
    return size


def _dominated(netlist: Netlist) -> list[list[int]]:
    """By cell, itself and the cells (no inputs, no constants) all of whose ways to an output go through it.

    Lists that would be longer than LARGEST are cut there.
    """
    users, outputs = netlist.uses(), set(netlist.outputs)
    end = len(netlist.cells)
    above, depth = [end] * end, [0] * (end + 1)
    for number in range(end - 1, -1, -1):
        ways = [*users[number], *([end] if number in outputs else [])]
        meeting = ways[0] if ways else end
        for way in ways[1:]:
            other = way
            while meeting != other:
                if depth[meeting] >= depth[other]:
                    meeting = above[meeting]
                else:
                    other = above[other]
        above[number], depth[number] = meeting, depth[meeting] + 1
    inside: list[list[int]] = [[] for _ in range(end + 1)]
    for number, cell in enumerate(netlist.cells):
        if cell.kind not in (Kind.INPUT, Kind.CONSTANT):
            inside[number].append(number)
            room = LARGEST + 1 - len(inside[above[number]])
            inside[above[number]] += inside[number][:room]
    return inside


class _Numbers(dict[object, int]):
    """A number for every structure, in the order in which they are met: the same in every run."""

    def of(self, structure: object) -> int:
        return self.setdefault(structure, len(self) + 1)


def _canonical(netlist: Netlist, root: int, inside: set[int], numbers: _Numbers) -> tuple[Cone, object]:
    """Cells and reads of a cone in canonical order, and its signature."""
    shapes: dict[int, int] = {}

    def operand(cell: Cell, place: int) -> tuple[int, ...]:
        """What tells the operands of a cell apart, whatever their numbers are."""
        given = netlist.cells[cell.args[place]]
        outside = (given.format, given.data if given.kind is Kind.CONSTANT else None)
        shape = shapes.get(cell.args[place]) or numbers.of(outside)
        return (shape, *(cell.data[2 * place : 2 * place + 2] if cell.kind is Kind.SUM else ()))

    for number in sorted(inside):
        cell = netlist.cells[number]
        args = [operand(cell, place) for place in range(len(cell.args))]
        data = cell.data[-2:] if cell.kind is Kind.SUM else cell.data
        ordered = tuple(sorted(args) if _any_order(cell) else args)
        shapes[number] = numbers.of((cell.kind, cell.format, data, ordered))
    cells: dict[int, int] = {}
    reads: dict[int, int] = {}
    signature: list[object] = []

    def visit(number: int) -> None:
        cell = netlist.cells[number]
        if cell.kind is Kind.CONSTANT:
            signature.append(("constant", cell.format, cell.data))
        elif number not in inside:
            signature.append(("read", reads.setdefault(number, len(reads)), cell.format))
        elif number in cells:
            signature.append(("cell", cells[number]))
        else:
            places = list(range(len(cell.args)))
            if _any_order(cell):
                places.sort(key=lambda place: operand(cell, place))
            data = cell.data
            if cell.kind is Kind.SUM:
                data = (*(v for p in places for v in cell.data[2 * p : 2 * p + 2]), *cell.data[-2:])
            signature.append((cell.kind, cell.format, data, len(places)))
            for place in places:
                visit(cell.args[place])
            cells[number] = len(cells)

    visit(root)
    return Cone(tuple(cells), tuple(reads)), tuple(signature)


def _any_order(cell: Cell) -> bool:
    return cell.kind in (Kind.SUM, Kind.PRODUCT, Kind.DISTANCE)
