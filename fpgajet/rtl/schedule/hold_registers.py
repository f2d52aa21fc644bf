"""Registers that hold signals for their readers: one in front of every stage, or fewer if jets come rarely.

A register in front of stage p takes the signal when its jet enters the stage. With a jet at most every ``ii``
clocks it holds the signal until the next jet comes, so that readers in stages p .. p + ii - 1 share it. Results of
shared hardware come one per clock and need a register per stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fpgajet.rtl.ir.cells import Constant, Copy, Input
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import Sharing


class Read(NamedTuple):
    """A signal is read while its jet is in stage ``stage``, and for ``longer`` clocks after that."""

    stage: int
    longer: int


def places(
    netlist: Netlist, sharing: Sharing, stage: Sequence[int], ready: Sequence[int], stages: int
) -> tuple[tuple[int, ...], ...]:
    """By cell, the stages in front of which it has a register; none for members of groups that do not lead them.

    An input is read from its port in stage 0, and has no register there.
    """
    reads = _reads(netlist, sharing, stage, stages)
    found: list[tuple[int, ...]] = []
    for number, cell in enumerate(netlist.cells):
        if sharing.leader[number] != number or isinstance(cell, Constant):
            found.append(())
            continue
        kept = sharing.ii if sharing.group[number] < 0 else 1
        # A port, and the register within a DSP block of two stages, show a jet for one clock.
        brief = isinstance(cell, Input) or ready[number] > stage[number]
        later = [read for read in reads[number] if read.stage > stage[number]]
        found.append(_places(stage[number] + 1, later, kept, 1 if brief else kept))
    return tuple(found)


def _places(first: int, reads: list[Read], kept: int, kept_first: int) -> tuple[int, ...]:
    """As few registers as the readers need, each at most ``kept`` stages after the one that it takes over from."""
    if not reads:
        return ()
    found, window = [first], kept_first
    for read in sorted(reads):
        while read.stage + read.longer >= found[-1] + window:
            found.append(min(read.stage, found[-1] + window))
            window = kept
    return tuple(found)


def _reads(netlist: Netlist, sharing: Sharing, stage: Sequence[int], stages: int) -> list[list[Read]]:
    """By leader, who reads it when."""
    sizes = [len(members) for members in sharing.members()]
    reads: list[list[Read]] = [[] for _ in netlist.cells]
    for number, cell in enumerate(netlist.cells):
        leads = sharing.leader[number] == number
        if not leads and not isinstance(cell, Copy):
            continue
        for arg in cell.args:
            all_slots = sharing.group[number] >= 0 and sharing.group[arg] < 0 and not isinstance(cell, Copy)
            longer = sizes[number] - 1 if all_slots else 0
            reads[sharing.leader[arg]].append(Read(stage[number] - sharing.slot[arg], longer))
    for number in netlist.outputs:
        reads[sharing.leader[number]].append(Read(stages - sharing.slot[number], 0))
    return reads
