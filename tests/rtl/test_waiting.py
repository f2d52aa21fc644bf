"""Registers between the stages: every reader finds its jet, with as few of them as the interval allows."""

from __future__ import annotations

import itertools
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.netlist import Kind
from fpgajet.rtl.schedule.hold_registers import Read, _places
from fpgajet.rtl.schedule.pipeline import pipeline
from fpgajet.rtl.schedule.registers import count_registers
from tests.networks import random_network, symmetric


@given(data=st.data(), kept=st.integers(1, 6), brief=st.booleans(), first=st.integers(0, 5))
def test_every_reader_finds_its_jet(data: st.DataObject, kept: int, brief: bool, first: int) -> None:
    kept_first = 1 if brief else kept
    read = st.builds(Read, st.integers(first, first + 30), st.integers(0, kept_first - 1))
    reads = data.draw(st.lists(read, min_size=1, max_size=8))
    found = _places(first, reads, kept, kept_first)
    windows = [kept_first, *[kept] * (len(found) - 1)]
    assert found[0] == first
    for (before, after), window in zip(itertools.pairwise(found), windows, strict=False):
        assert before < after <= before + window
    for stage, longer in reads:
        place = bisect_right(found, stage) - 1
        assert stage + longer < found[place] + windows[place]


@pytest.mark.parametrize(
    ("reads", "kept", "expected"),
    [
        ([], 3, ()),
        ([Read(9, 0)], 1, tuple(range(4, 10))),  # a new jet every clock: a register a stage
        ([Read(4, 0), Read(6, 0)], 3, (4,)),  # one register until the next jet comes
        ([Read(7, 0)], 3, (4, 7)),
        ([Read(9, 0)], 3, (4, 7)),
        ([Read(6, 2)], 3, (4, 6)),  # shared hardware reads it in three clocks: a register right before
    ],
)
def test_examples(reads: list[Read], kept: int, expected: tuple[int, ...]) -> None:
    assert _places(4, reads, kept, kept) == expected


def test_rare_jets_need_fewer_registers() -> None:
    """What is not shared waits in one register for an interval; a member of a group has none of its own."""
    network = symmetric(random_network(n=6, hidden=2, rounding="AP_TRN"))
    counts = []
    for ii in (1, 6):
        netlist, folding = circuit(network, 320, RtlOptions(ii=ii))
        schedule = pipeline(netlist, 320, None, folding)
        counts.append(count_registers(netlist, schedule) / schedule.stages)
        assert not any(schedule.places[n] for n, leader in enumerate(folding.leader) if leader != n)
        gaps = [
            b - a
            for n, places in enumerate(schedule.places)
            if folding.group[n] < 0 and netlist.cells[n].kind is not Kind.INPUT
            for a, b in itertools.pairwise(places)
        ]
        assert max(gaps) == ii
    assert counts[1] < 0.5 * counts[0]
