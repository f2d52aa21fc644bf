"""Equal pieces of a circuit: cones of the same cells, wired alike, over different signals.

A cone is a cell with everything that serves it alone (its maximal fan-out-free cone: what it dominates on every
path to the outputs). Two cones with one signature can be computed by the same hardware, one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import NamedTuple

from fpgajet.rtl.ir.areas import area
from fpgajet.rtl.ir.cells import Cell, Constant, Input, Mac, Not, Sum, Trim
from fpgajet.rtl.ir.netlist import Netlist

#: Larger cones are not looked at.
LARGEST = 400
#: Nor sums alone of more terms: these share partial sums (:mod:`fpgajet.rtl.share.partial_sums`).
LONGEST = 6
#: Cells that cost nothing are not worth sharing.
FREE = (Input, Constant, Trim, Not)


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
    cascaded = {c.z.arg for c in netlist.cells if isinstance(c, Mac) and c.z}
    canonical = _Canonical(netlist)
    found: dict[object, list[Cone]] = defaultdict(list)
    for root, cell in enumerate(netlist.cells):
        if root in cascaded or len(inside[root]) > LARGEST:
            continue
        alone = isinstance(cell, Sum) and len(cell.args) > LONGEST and len(inside[root]) == 1
        if not isinstance(cell, FREE) and not alone:
            cone, signature = canonical.cone(root, set(inside[root]))
            found[signature].append(cone)
    sizes = [
        Family(sum(area(netlist.cells[n], netlist.cells) for n in cones[0].cells), cones)
        for cones in found.values()
        if len(cones) > 1
    ]
    return sorted(sizes, key=lambda family: -family.area * (len(family.cones) - 1))


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
        if not isinstance(cell, Input | Constant):
            inside[number].append(number)
            room = LARGEST + 1 - len(inside[above[number]])
            inside[above[number]] += inside[number][:room]
    return inside


class _Numbers(dict[object, int]):
    """A number for every structure, in the order in which they are met: the same in every run."""

    def of(self, structure: object) -> int:
        return self.setdefault(structure, len(self) + 1)


class _Canonical:
    """Cones in canonical order."""

    def __init__(self, netlist: Netlist) -> None:
        self.netlist = netlist
        self.structures = _Numbers()
        kinds = _Numbers()
        #: By cell, a number for what it does, whatever it reads.
        self.operations = [kinds.of(_operation(cell)) for cell in netlist.cells]

    def cone(self, root: int, inside: set[int]) -> tuple[Cone, object]:
        """Cells and reads of a cone in canonical order, and its signature."""
        structures: dict[int, int] = {}
        for number in sorted(inside):
            cell = self.netlist.cells[number]
            operands = [self._operand(cell, place, structures) for place in range(len(cell.args))]
            ordered = tuple(sorted(operands) if cell.commutative else operands)
            structures[number] = self.structures.of((self.operations[number], ordered))
        cells: dict[int, int] = {}
        reads: dict[int, int] = {}
        signature: list[object] = []

        def visit(number: int) -> None:
            cell = self.netlist.cells[number]
            if isinstance(cell, Constant):
                signature.append(("constant", cell.format, cell.raw))
            elif number not in inside:
                signature.append(("read", reads.setdefault(number, len(reads)), cell.format))
            elif number in cells:
                signature.append(("cell", cells[number]))
            else:
                places = list(range(len(cell.args)))
                if cell.commutative:
                    places.sort(key=lambda place: self._operand(cell, place, structures))
                weights = tuple(_weight(cell, place) for place in places)
                signature.append((self.operations[number], weights))
                for place in places:
                    visit(cell.args[place])
                cells[number] = len(cells)

        visit(root)
        return Cone(tuple(cells), tuple(reads)), tuple(signature)

    def _operand(self, cell: Cell, place: int, structures: dict[int, int]) -> tuple[int, ...]:
        """What tells the operands of a cell apart, whatever their numbers are."""
        given = self.netlist.cells[cell.args[place]]
        outside = (given.format, given.raw if isinstance(given, Constant) else None)
        structure = structures.get(cell.args[place]) or self.structures.of(outside)
        return (structure, *_weight(cell, place))


def _operation(cell: Cell) -> Cell:
    """A cell without what it reads."""
    return replace(cell, terms=()) if isinstance(cell, Sum) else cell.moved(defaultdict(int))


def _weight(cell: Cell, place: int) -> tuple[int, ...]:
    """Shift and sign of a term of a sum."""
    return cell.terms[place][1:] if isinstance(cell, Sum) else ()
