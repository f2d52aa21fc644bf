"""Registers: every path crosses the same number of them, no stage is slower than the clock."""

from __future__ import annotations

import pytest

from fpgajet.errors import BadInput
from fpgajet.rtl import RtlOptions, trace
from fpgajet.rtl.ir.delays import DSP_KINDS
from fpgajet.rtl.ir.netlist import Kind, Netlist
from fpgajet.rtl.schedule.pipeline import PORT, Schedule, pipeline
from fpgajet.rtl.schedule.registers import bit_sources, count_registers
from tests.networks import random_network

NETWORK = random_network(n=4, hidden=1)


def check(netlist: Netlist, schedule: Schedule, period: float) -> None:
    for number, cell in enumerate(netlist.cells):
        for arg in cell.args:
            if netlist.cells[arg].kind is Kind.CONSTANT:
                continue
            latest = schedule.stage[number] - (cell.kind in DSP_KINDS or netlist.cells[arg].kind in DSP_KINDS)
            assert schedule.stage[arg] <= latest
            assert (
                schedule.stage[arg] == schedule.stage[number]
                or schedule.stage[number] in schedule.places[arg]
            )
        if cell.kind is Kind.MAC and cell.mac.z and netlist.cells[cell.mac.z.arg].kind is Kind.MAC:
            assert schedule.stage[cell.mac.z.arg] == schedule.stage[number] - 1, (
                "the cascade has no registers"
            )
        if cell.kind is Kind.INPUT:
            assert schedule.stage[number] == PORT
    assert all(schedule.places[number][-1] == schedule.stages for number in netlist.outputs)
    assert schedule.longest_ns <= period + 1e-6


@pytest.mark.parametrize("clock", [200.0, 320.0, 400.0])
def test_stages_are_sound_and_faster_clocks_need_more(clock: float) -> None:
    netlist = trace(NETWORK, clock)
    schedule = pipeline(netlist, clock)
    check(netlist, schedule, 1000 / clock)
    if clock > 200:
        slower = pipeline(trace(NETWORK, 200.0), 200.0)
        assert slower.stages < schedule.stages


def test_a_wanted_number_of_stages_is_met_or_refused() -> None:
    netlist = trace(NETWORK, 320, RtlOptions(accumulate=False))
    for stages in (8, 12):
        assert pipeline(netlist, 320, stages).stages == stages
    with pytest.raises(BadInput, match="stages, not into 500"):
        pipeline(netlist, 320, 500)


def test_an_impossible_clock_is_refused() -> None:
    with pytest.raises(BadInput, match=r"leaves 1\.00 ns"):
        pipeline(trace(NETWORK, 320), 1000)


def test_registers_are_counted_once_a_bit() -> None:
    netlist = trace(NETWORK, 320)
    schedule = pipeline(netlist, 320)
    by_signal = sum(
        cell.format.width * len(places) for cell, places in zip(netlist.cells, schedule.places, strict=True)
    )
    assert 0 < count_registers(netlist, schedule) < by_signal
    assert all(
        len(bits) == cell.format.width for bits, cell in zip(bit_sources(netlist), netlist.cells, strict=True)
    )
