"""Registers: every path crosses the same number of them, no stage is slower than the clock."""

from __future__ import annotations

import pytest

from fpgajet.devices.delays import delays_of
from fpgajet.errors import BadInput
from fpgajet.rtl import RtlOptions, trace_network
from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Input, Mac
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.schedule.pipeline import PORT, Schedule, pipeline
from fpgajet.rtl.schedule.registers import bit_sources, count_registers
from tests.networks import random_network

NETWORK = random_network(n=4, hidden=1)


def check(netlist: Netlist, schedule: Schedule, period: float) -> None:
    for number, cell in enumerate(netlist.cells):
        for arg in cell.args:
            if isinstance(netlist.cells[arg], Constant):
                continue
            latest = schedule.stage[number] - (
                isinstance(cell, DSP_KINDS) or isinstance(netlist.cells[arg], DSP_KINDS)
            )
            assert schedule.stage[arg] <= latest
            assert (
                schedule.stage[arg] == schedule.stage[number]
                or schedule.stage[number] in schedule.places[arg]
            )
        if isinstance(cell, Mac) and cell.z and isinstance(netlist.cells[cell.z.arg], Mac):
            assert schedule.stage[cell.z.arg] == schedule.stage[number] - 1, "the cascade has no registers"
        if isinstance(cell, Input):
            assert schedule.stage[number] == PORT
    assert all(schedule.places[number][-1] == schedule.stages for number in netlist.outputs)
    assert schedule.longest_ns <= period + 1e-6


@pytest.mark.parametrize("clock", [200.0, 320.0, 400.0])
def test_stages_are_sound_and_faster_clocks_need_more(clock: float) -> None:
    netlist = trace_network(NETWORK, clock)
    schedule = pipeline(netlist, clock)
    check(netlist, schedule, 1000 / clock)
    if clock > 200:
        slower = pipeline(trace_network(NETWORK, 200.0), 200.0)
        assert slower.stages < schedule.stages


@pytest.mark.parametrize(("clock", "clocks"), [(400.0, 1), (400.1, 2)])
def test_a_dsp_block_takes_two_clocks_above_400_mhz(clock: float, clocks: int) -> None:
    """AMD DS923: without the M register no multiplier is faster. A cascade of DSP blocks has no register between."""
    netlist = trace_network(NETWORK, clock)
    schedule = pipeline(netlist, clock)
    waits = [
        schedule.stage[number] - schedule.stage[arg]
        for number, cell in enumerate(netlist.cells)
        for arg in cell.args
        if isinstance(netlist.cells[arg], DSP_KINDS) and not isinstance(cell, DSP_KINDS)
    ]
    assert min(waits) == clocks


def test_a_wanted_number_of_stages_is_met_or_refused() -> None:
    netlist = trace_network(NETWORK, 320, RtlOptions(accumulate=False))
    for stages in (8, 12):
        assert pipeline(netlist, 320, stages).stages == stages
    with pytest.raises(BadInput, match="stages, not into 500"):
        pipeline(netlist, 320, 500)


def test_an_impossible_clock_is_refused() -> None:
    with pytest.raises(BadInput, match=r"leaves 1\.00 ns"):
        pipeline(trace_network(NETWORK, 320), 1000)


def test_registers_are_counted_once_a_bit() -> None:
    netlist = trace_network(NETWORK, 320)
    schedule = pipeline(netlist, 320)
    by_signal = sum(
        cell.format.width * len(places) for cell, places in zip(netlist.cells, schedule.places, strict=True)
    )
    assert 0 < count_registers(netlist, schedule) < by_signal
    assert all(
        len(bits) == cell.format.width for bits, cell in zip(bit_sources(netlist), netlist.cells, strict=True)
    )


def test_delays_of_the_family_place_the_registers() -> None:
    """Products of ECP5 take time, and where wires are long a slow cell gets a stage of its own instead of an error."""
    ecp5 = delays_of("ecp5")
    netlist = trace_network(NETWORK, 100, RtlOptions(ternary=False, accumulate=False, delays="ecp5"))
    schedule = pipeline(netlist, 100, delays=ecp5)
    check(netlist, schedule, 10.0)
    assert schedule.longest_ns > ecp5.product_ns
    assert pipeline(netlist, 100).stages < schedule.stages  # UltraScale+ is faster
    wide = ecp5.model_copy(update={"margin_ns": 3.0})
    alone = pipeline(netlist, 100, delays=wide)
    assert alone.longest_ns == pytest.approx(
        wide.product_ns + wide.register_of(len(netlist.cells) - _given(netlist)) + wide.margin_ns, abs=0.01
    )
    assert alone.longest_ns > 10.0
    with pytest.raises(BadInput, match=r"product of this network alone takes about 7\.73 ns"):
        pipeline(netlist, 130, delays=ecp5)


def _given(netlist: Netlist) -> int:
    return sum(isinstance(cell, Input | Constant) for cell in netlist.cells)
