"""The hardware row: every figure has its evidence, and the clock is a range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fpgajet.report.words import LEVELS
from fpgajet.rtl import RtlDesign
from fpgajet.rtl.clock import clock_interval
from fpgajet.rtl.hardware import cautions, hardware_row
from fpgajet.rtl.tools.yosys import Cells


def test_row_without_synthesis_says_so(design: RtlDesign) -> None:
    row = hardware_row(design, None).as_dict()
    assert row["level"] == "rtl"
    assert "Yosys" not in LEVELS["rtl"]
    assert row["lut"] is None
    assert row["latency_cycles"] == design.latency_cycles
    assert row["latency_ns"] == pytest.approx(design.latency_cycles * 1000 / 320, abs=1e-3)


def test_row_with_synthesis_labels_every_figure(design: RtlDesign) -> None:
    cells = Cells(10_000, 900, design.dsp, {}, "yosys")
    row = hardware_row(design, cells).as_dict()
    low, high = row["intervals"]["lut"]
    assert low < 10_000 < high
    assert {"lut", "ff", "dsp", "latency_cycles", "period_ns"} <= set(row["evidence"])
    period, latency = row["intervals"]["period_ns"], row["intervals"]["latency_ns"]
    assert latency == tuple(round(design.latency_cycles * end, 1) for end in period)


def test_warnings_name_what_will_not_run(design: RtlDesign) -> None:
    assert cautions(design) == []
    slow = replace(design, slowest_stage_ns=9.5)
    assert "9.5 ns by the delay model" in hardware_row(slow, None).as_dict()["evidence"]["latency_ns"]
    other = replace(design, part="xc7vx690t")
    assert "Virtex-7 lacks" in hardware_row(other, None).as_dict()["evidence"]["latency_ns"]


def test_the_clock_is_a_range_that_grows_with_size_and_slow_stages() -> None:
    small, large, slow = clock_interval(10_000, 2.0), clock_interval(90_000, 2.0), clock_interval(10_000, 5.0)
    assert small.lower_ns < small.upper_ns
    assert small.upper_ns < large.upper_ns < slow.upper_ns
    assert small.slowest_mhz < small.fastest_mhz
