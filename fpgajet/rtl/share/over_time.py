"""Initiation interval above 1: equal cones of a circuit computed one after the other by the same hardware.

A jet comes at most every ``ii`` clocks. The cones of a group are scheduled one clock apart, so no two of them
are ever at work in the same clock, and the hardware of the first (the *leader*) computes all of them. A signal
that differs between the cones passes a COPY cell, which becomes a multiplexer in front of the leader; it is
steered by the valid bits, which say which of the stages holds a jet. A signal that all cones of a group read is
held in its register instead. Results leave the leader one a clock and travel down one chain of registers.

Sums are still whole here (:mod:`fpgajet.rtl.ir.builder` makes them adders later): what one slot adds to them is shared
as well (:mod:`fpgajet.rtl.share.partial_sums`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgajet.rtl.ir.areas import area
from fpgajet.rtl.ir.cells import Cell, Copy
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import Sharing, order_of
from fpgajet.rtl.share.cones import Family, families
from fpgajet.rtl.share.grouping import SharingPlan, groups_of
from fpgajet.rtl.share.partial_sums import by_slot

#: Families that save less than this part of all look-up tables are left as they are: each costs latency.
WORTH = 0.01
#: Afterwards smaller ones are shared too, if they save this part, and so many. Not at once: small ones would take cones
#: apart that can be shared as a whole.
WORTH_LATER, LEAST = 0.003, 600


def share_over_time(netlist: Netlist, ii: int) -> tuple[Netlist, Sharing]:
    """Share hardware between equal cones, for a jet at most every ``ii`` clocks.

    Returns the netlist with the COPY cells that sharing needs, and what shares.
    """
    if ii == 1:
        return netlist, Sharing.none(netlist)
    return _with_copies(*by_slot(netlist, _plan(netlist, ii)))


def _plan(netlist: Netlist, ii: int) -> SharingPlan:
    """Groups of equal cones: first those of families that save much, then those of smaller ones."""
    plan = SharingPlan(ii)
    found = families(netlist)
    rooted = {cone.cells[-1]: number for number, family in enumerate(found) for cone in family.cones}
    total = sum(area(cell, netlist.cells) for cell in netlist.cells)
    for worth in (WORTH * total, max(WORTH_LATER * total, LEAST)):
        grown = -1
        while grown < len(plan.groups):
            grown = len(plan.groups)
            plan = _round(netlist, plan, found, rooted, worth)
    return plan


def _round(
    netlist: Netlist, plan: SharingPlan, found: Sequence[Family], rooted: Mapping[int, int], worth: float
) -> SharingPlan:
    """More groups, of families that save at least ``worth``; ``rooted`` has the family of the cone of every cell.

    Those that save most come first, but after those that compute what they read: a cone needs no multiplexer for
    what comes out of shared hardware in its slot. So a second round finds what a first one could not.
    """
    open_ = {number: _free(plan, family) for number, family in enumerate(found)}
    open_ = {number: family for number, family in open_.items() if family.possible(plan.ii) >= worth}
    while open_:
        number = next(
            (n for n, family in open_.items() if not _too_early(plan, family, n, rooted, open_)),
            min(open_),
        )
        family = _free(plan, open_.pop(number))
        if family.possible(plan.ii) < worth:
            continue
        groups, saved = groups_of(netlist, plan, family)
        larger = plan.with_groups(groups)
        # None waits for its own results.
        if saved >= worth and order_of(netlist, larger.leaders(len(netlist.cells))):
            plan = larger
    return plan


def _free(plan: SharingPlan, family: Family) -> Family:
    """The cones of a family that are in no group."""
    cones = [cone for cone in family.cones if not any(n in plan.place for n in cone.cells)]
    return family._replace(cones=cones)


def _too_early(
    plan: SharingPlan, family: Family, own: int, rooted: Mapping[int, int], open_: Mapping[int, Family]
) -> bool:
    """Whether a cone reads what another family computes that may still be shared."""
    reads = {n for cone in family.cones for n in cone.reads if n not in plan.place}
    return any(rooted.get(n, own) != own and rooted[n] in open_ for n in reads)


def _with_copies(netlist: Netlist, plan: SharingPlan) -> tuple[Netlist, Sharing]:
    """Insert COPY cells before what differs between the slots of a group."""
    cells: list[Cell] = []
    renumbered: list[int] = []
    reads: dict[int, dict[int, tuple[int, ...]]] = {}  # shared cell -> signal it reads -> the whole tuple
    for group in plan.groups:
        for signals in zip(*(cone.reads for cone in group), strict=True):
            if plan.direct(signals):
                continue
            whole = _longest(plan, signals)
            for cone, signal in zip(group, signals, strict=True):
                for number in cone.cells:
                    reads.setdefault(number, {})[signal] = whole
    copies: dict[tuple[tuple[int, ...], int], int] = {}
    for number, cell in enumerate(netlist.cells):
        slot = plan.place.get(number, (number, 0))[1]
        given = {}
        for arg in cell.args:
            whole = reads.get(number, {}).get(arg, ())
            if whole and (whole, slot) not in copies:
                copies[whole, slot] = len(cells)
                source = netlist.cells[arg]
                cells.append(Copy(renumbered[arg], len(whole), format=source.format, bounds=source.bounds))
            given[arg] = copies[whole, slot] if whole else renumbered[arg]
        renumbered.append(len(cells))
        cells.append(cell.moved(given))
    leader, slots, groups = list(range(len(cells))), [0] * len(cells), [-1] * len(cells)
    for index, group in enumerate(plan.groups):
        for slot, cone in enumerate(group):
            for first, number in zip(group[0].cells, cone.cells, strict=True):
                moved = renumbered[number]
                leader[moved], slots[moved], groups[moved] = renumbered[first], slot, index
    numbers = {whole: len(plan.groups) + k for k, whole in enumerate(dict.fromkeys(w for w, _ in copies))}
    for (whole, slot), number in copies.items():
        leader[number], slots[number], groups[number] = copies[whole, 0], slot, numbers[whole]
    shared = Netlist(
        tuple(cells), netlist.inputs, tuple(renumbered[n] for n in netlist.outputs), netlist.tables
    )
    return shared, Sharing(plan.ii, tuple(leader), tuple(slots), tuple(groups))


def _longest(plan: SharingPlan, signals: tuple[int, ...]) -> tuple[int, ...]:
    """A known tuple that begins like ``signals``: groups with fewer slots use the multiplexer of larger ones."""
    while plan.tuples.get(signals):
        signals = (*signals, min(plan.tuples[signals]))
    return signals
