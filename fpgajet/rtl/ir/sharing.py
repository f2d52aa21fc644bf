"""Which cells share hardware, and in which order such a netlist can be computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgajet.rtl.ir.netlist import Netlist

#: clocks between two jets, at most
MOST_II = 16


@dataclass(frozen=True)
class Sharing:
    """Which cells share hardware.

    Attributes:
        ii: clocks between jets.
        leader: by cell, the cell in whose hardware it is computed: itself, unless it is shared.
        slot: by cell, how many clocks after its leader it is computed.
        group: by cell, the number of its group, -1 if it is not shared.
    """

    ii: int
    leader: tuple[int, ...]
    slot: tuple[int, ...]
    group: tuple[int, ...]

    @classmethod
    def none(cls, netlist: Netlist) -> Sharing:
        """Every cell has hardware of its own."""
        cells = range(len(netlist.cells))
        return cls(1, tuple(cells), (0,) * len(cells), (-1,) * len(cells))

    def members(self) -> list[tuple[int, ...]]:
        """By cell, the cells that it is the leader of, by slot, itself first; empty if it has another leader."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.leader]
        for number, (leader, slot) in enumerate(zip(self.leader, self.slot, strict=True)):
            found[leader].append((slot, number))
        return [tuple(number for _, number in sorted(cells)) for cells in found]


def order_of(netlist: Netlist, leader: Sequence[int]) -> list[int]:
    """Leaders in an order in which all their members can be computed; empty if there is none."""
    needs: list[set[int]] = [set() for _ in leader]
    for number, cell in enumerate(netlist.cells):
        needs[leader[number]].update(leader[arg] for arg in cell.args)
    users: list[list[int]] = [[] for _ in leader]
    for number, needed in enumerate(needs):
        for other in needed:
            users[other].append(number)
    missing = [len(needed) for needed in needs]
    ready = [n for n, own in enumerate(leader) if own == n and not missing[n]]
    order = []
    while ready:
        number = ready.pop()
        order.append(number)
        for user in users[number]:
            missing[user] -= 1
            if not missing[user]:
                ready.append(user)
    return order if len(order) == len(set(leader)) else []
