"""Which equal cones share hardware: groups that need few multiplexers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.share.cones import Cone, Family

#: Look-up tables that a bit of a multiplexer takes for every slot after the first: two bits choose between two
#: signals in one, a bit between four.
MULTIPLEXER = 0.5


@dataclass
class SharingPlan:
    """Groups found so far, in the numbers of the netlist before anything is shared."""

    ii: int
    groups: list[list[Cone]] = field(default_factory=list)
    place: dict[int, tuple[int, int]] = field(default_factory=dict)  # cell -> (its leader, slot)
    tuples: dict[tuple[int, ...], set[int]] = field(default_factory=dict)  # multiplexed so far -> next ones

    def add(self, group: list[Cone]) -> None:
        """Accept a group; what it multiplexes, later ones may read for nothing."""
        self.groups.append(group)
        for slot, cone in enumerate(group):
            for leader, number in zip(group[0].cells, cone.cells, strict=True):
                self.place[number] = (leader, slot)
        self.know(group)

    def with_groups(self, groups: Iterable[list[Cone]]) -> SharingPlan:
        """This plan and more groups."""
        larger = SharingPlan(self.ii)
        for group in (*self.groups, *groups):
            larger.add(group)
        return larger

    def leaders(self, cells: int) -> list[int]:
        """By cell, the one in whose hardware it is computed."""
        return [self.place.get(number, (number, 0))[0] for number in range(cells)]

    def know(self, group: list[Cone]) -> None:
        """Remember the multiplexers of a group."""
        for signals in zip(*(cone.reads for cone in group), strict=True):
            if not self.direct(signals):
                for length in range(1, len(signals)):
                    self.tuples.setdefault(signals[:length], set()).add(signals[length])

    def direct(self, signals: tuple[int, ...]) -> bool:
        """Whether all slots read one and the same register: one signal, or one leader's results in order."""
        first = self.place.get(signals[0])
        if first is None:
            return len(set(signals)) == 1
        return all(self.place.get(n) == (first[0], slot) for slot, n in enumerate(signals))


def groups_of(netlist: Netlist, plan: SharingPlan, family: Family) -> tuple[list[list[Cone]], int]:
    """Cones put together so that few bits need a multiplexer; groups of at least two, and what they save."""
    # Pairs in the order of their ends: the first of equally cheap ones then make blocks, which share multiplexers.
    cones = sorted(family.cones, key=lambda cone: cone.reads)
    reads = np.array([cone.reads for cone in cones], dtype=np.int64)
    widths = np.array([netlist.cells[n].format.width for n in reads[0]], dtype=np.int64)
    trial = SharingPlan(plan.ii, place=dict(plan.place), tuples={k: set(v) for k, v in plan.tuples.items()})
    left = list(range(len(reads)))
    groups, saved = [], 0
    while len(left) > 1:
        best: tuple[int, list[int]] | None = None
        for seed in left:
            cost, chosen = _extended(trial, reads, widths, seed, left, family.area)
            gain = family.area * (len(chosen) - 1) - ceil(MULTIPLEXER * cost)
            if best is None or gain > best[0]:
                best = gain, chosen
            if cost == 0 and len(chosen) == min(plan.ii, len(left)):
                break
        assert best is not None
        if best[0] <= 0:
            break
        saved += best[0]
        group = [cones[n] for n in best[1]]
        trial.know(group)
        groups.append(group)
        left = [n for n in left if n not in best[1]]
    return groups, saved


def _extended(
    plan: SharingPlan,
    reads: NDArray[np.int64],
    widths: NDArray[np.int64],
    seed: int,
    left: list[int],
    worth: int,
) -> tuple[int, list[int]]:
    """A group that starts with ``seed``, slot by slot the cone that needs the fewest new multiplexers."""
    chosen, cost = [seed], 0
    others = [n for n in left if n != seed]
    while others and len(chosen) < plan.ii:
        costs = np.zeros(len(others), dtype=np.int64)
        for column, width in enumerate(widths):
            prefix = tuple(reads[n, column].item() for n in chosen)
            free = set(plan.tuples.get(prefix, ()))
            if len(set(prefix)) == 1 and prefix[0] not in plan.place:
                free.add(prefix[0])
            candidates = reads[others, column]
            new = ~np.isin(candidates, list(free))
            if prefix[0] in plan.place and plan.direct(prefix):
                new &= ~np.array([plan.direct((*prefix, n)) for n in candidates.tolist()])
            # Other cones may use a new multiplexer of plain signals, hardly one that brings shared results together.
            costs += width * new * (2 if prefix[0] in plan.place else 1)
        place = int(np.argmin(costs))
        if MULTIPLEXER * costs[place] >= worth:
            break
        cost += int(costs[place])
        chosen.append(others.pop(place))
    return cost, chosen
