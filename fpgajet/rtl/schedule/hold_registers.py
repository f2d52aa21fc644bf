"""Where signals wait for their readers: a register in front of every stage, or, for jets that come rarely, of few.

A register in front of stage p takes the signal when its jet enters the stage. Where a jet comes every ``ii`` clocks at
most, it may keep it until the next one does, so that readers in stages p .. p + ii - 1 share it. Only results of shared
hardware, which come one a clock, need a register a stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fpgajet.rtl.ir.netlist import Kind, Netlist
from fpgajet.rtl.share.over_time import Folding


class Read(NamedTuple):
    """A signal is read while its jet is in stage ``stage``, and for ``longer`` clocks after that."""

    stage: int
    longer: int


def places(
    netlist: Netlist, folding: Folding, stage: Sequence[int], ready: Sequence[int], stages: int
) -> tuple[tuple[int, ...], ...]:
    """By cell, the stages in front of which it has a register; none for members of groups that do not lead them.

    An input is read from its port in stage 0, and has no register there.
    """
    reads = _reads(netlist, folding, stage, stages)
    found: list[tuple[int, ...]] = []
    for number, cell in enumerate(netlist.cells):
        if folding.leader[number] != number or cell.kind is Kind.CONSTANT:
            found.append(())
            continue
        kept = folding.ii if folding.group[number] < 0 else 1
        # A port, and the register within a DSP block of two stages, show a jet for one clock.
        brief = cell.kind is Kind.INPUT or ready[number] > stage[number]
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


def _reads(netlist: Netlist, folding: Folding, stage: Sequence[int], stages: int) -> list[list[Read]]:
    """By leader, who reads it when."""
    sizes = [len(members) for members in folding.members()]
    reads: list[list[Read]] = [[] for _ in netlist.cells]
    for number, cell in enumerate(netlist.cells):
        leads = folding.leader[number] == number
        if not leads and cell.kind is not Kind.COPY:
            continue
        for arg in cell.args:
            all_slots = folding.group[number] >= 0 and folding.group[arg] < 0 and cell.kind is not Kind.COPY
            longer = sizes[number] - 1 if all_slots else 0
            reads[folding.leader[arg]].append(Read(stage[number] - folding.slot[arg], longer))
    for number in netlist.outputs:
        reads[folding.leader[number]].append(Read(stages - folding.slot[number], 0))
    return reads
