"""Sums over shared hardware: what the results of one slot add to a sum is added up by shared adders too.

The members of a group leave their hardware one a clock. Where several groups feed the same sums in the same slots,
what they add in slot t is one partial sum, and the partial sums of all slots are a group themselves: one tree of
adders, and one register a slot instead of one for every term. The sums of slot 0, 1, ... may be one and the same
(row i of pairs (i, j), (i, k), ...) or different ones (rows j, k, ... of these).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from fpgajet.rtl.ir.builder import narrowest, span
from fpgajet.rtl.ir.cells import Cell, Sum, Term
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import order_of
from fpgajet.rtl.share.cones import Cone
from fpgajet.rtl.share.grouping import SharingPlan

#: Something that groups add to sums: the leader, shift and sign.
_Share = tuple[int, int, int]
#: By slot, the sum that it is added to.
_Sums = tuple[int, ...]


def by_slot(netlist: Netlist, plan: SharingPlan) -> tuple[Netlist, SharingPlan]:
    """Take partial sums out of all sums that are not shared themselves; the plan has a group for each set of them."""
    bundles = {sums: shares for sums, shares in _bundles(netlist, plan).items() if len(shares) > 1}
    member = {place: number for number, place in plan.place.items()}
    pieces: dict[int, list[tuple[_Sums, int]]] = defaultdict(list)
    for sums in bundles:
        for slot, number in enumerate(sums):
            pieces[number].append((sums, slot))
    cells: list[Cell] = []
    moved: list[int] = []
    made: dict[tuple[_Sums, int], int] = {}
    for number, cell in enumerate(netlist.cells):
        terms = set(cell.terms) if isinstance(cell, Sum) and number in pieces else set()
        partial: list[Term] = []
        for sums, slot in pieces.get(number, []):
            taken = [Term(member[leader, slot], shift, sign) for leader, shift, sign in bundles[sums]]
            terms -= set(taken)
            made[sums, slot] = len(cells)
            partial.append(Term(len(cells), 0, 1))
            cells.append(_like_all(netlist, member, bundles[sums], len(sums), [_at(moved, t) for t in taken]))
        moved.append(len(cells))
        if isinstance(cell, Sum) and partial:
            rest = [_at(moved, term) for term in cell.terms if term in terms]
            cells.append(replace(cell, terms=(*rest, *partial), bounds=cell.range))
        else:
            cells.append(cell.moved(moved))
    outputs = tuple(moved[number] for number in netlist.outputs)
    split = Netlist(tuple(cells), netlist.inputs, outputs, netlist.tables)
    groups = [[_moved(cone, moved) for cone in group] for group in plan.groups]
    for sums in bundles:
        adders = [made[sums, slot] for slot in range(len(sums))]
        groups.append([Cone((number,), cells[number].args) for number in adders])
    larger = SharingPlan(plan.ii).with_groups(groups)
    # Shared adders that would wait for their own results, or nothing to share: as it was.
    return (split, larger) if order_of(split, larger.leaders(len(cells))) else (netlist, plan)


def _bundles(netlist: Netlist, plan: SharingPlan) -> dict[_Sums, list[_Share]]:
    """What is added to the same sums in the same slots."""
    readers: dict[_Share, list[set[int]]] = {}
    slots = {leader: len(group) for group in plan.groups for leader in group[0].cells}
    for number, cell in enumerate(netlist.cells):
        if not isinstance(cell, Sum) or number in plan.place or len(set(cell.terms)) < len(cell.terms):
            continue
        for term in cell.terms:
            if term.arg in plan.place:
                leader, slot = plan.place[term.arg]
                share = (leader, term.shift, term.sign)
                readers.setdefault(share, [set() for _ in range(slots[leader])])[slot].add(number)
    bundles: dict[_Sums, list[_Share]] = defaultdict(list)
    for share, sums in readers.items():
        common = set.intersection(*sums)
        rest = zip(*(sorted(some - common) for some in sums), strict=False)
        for vector in [*((number,) * len(sums) for number in sorted(common)), *rest]:
            bundles[vector].append(share)
    return bundles


def _like_all(
    netlist: Netlist, member: dict[tuple[int, int], int], shares: list[_Share], slots: int, terms: list[Term]
) -> Sum:
    """A partial sum of ``terms`` that is wide enough for those of every slot."""
    spans = [
        span(netlist.cells, [Term(member[leader, slot], shift, sign) for leader, shift, sign in shares])
        for slot in range(slots)
    ]
    bounds = (min(low for _, (low, _) in spans), max(high for _, (_, high) in spans))
    return Sum(tuple(terms), format=narrowest(bounds, spans[0][0].fraction), bounds=bounds)


def _at(moved: list[int], term: Term) -> Term:
    return term._replace(arg=moved[term.arg])


def _moved(cone: Cone, moved: list[int]) -> Cone:
    return Cone(tuple(moved[n] for n in cone.cells), tuple(moved[n] for n in cone.reads))
