"""Counting cells: every stage once, labels and sums right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fpgajet.errors import ToolFailed
from fpgajet.rtl import RtlDesign, available
from fpgajet.rtl.clock import clock_interval
from fpgajet.rtl.hardware import hardware_row
from fpgajet.rtl.tools import yosys as synthesis
from tests.rtl.conftest import copy_of

needs_yosys = pytest.mark.skipif(not available()["yosys"].present, reason="needs Yosys")

ADDER = """\
module fpgajet_stage_0 (input [7:0] a, input [7:0] b, input [7:0] c, output [7:0] o0, output [15:0] o1);
  wire [7:0] h;
  fpgajet_ternary #(8, 1, 0) t (a, b, c, h);
  assign o0 = h;
  fpgajet_product #(8, 0, 8, 0, 16) p (a, b, o1);
endmodule
"""


def one_stage(design: RtlDesign, folder: Path, text: str) -> RtlDesign:
    copied = copy_of(design, folder)
    for name in copied.sources:
        if name.startswith("fpgajet_stage_") and name != "fpgajet_stage_0.v":
            (folder / name).unlink()
    (folder / "fpgajet_stage_0.v").write_text(text)
    kept = tuple(name for name in copied.sources if (folder / name).exists())
    return RtlDesign(**{**copied.__dict__, "sources": kept})


@needs_yosys
def test_cells_of_a_known_stage_and_cache(
    design: RtlDesign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = one_stage(design, tmp_path, ADDER)
    cells = synthesis.synthesise(small)
    assert (cells.lut, cells.carry8, cells.dsp) == (8, 1, 1)
    monkeypatch.setattr(
        synthesis, "_stage", lambda *_: pytest.fail("an unchanged stage was synthesised again")
    )
    assert synthesis.synthesise(small) == cells


@needs_yosys
@pytest.mark.parametrize("content", ["[]", '{"key": ', '{"KEY": 7}', '{"KEY": {"LUT2": "many"}}'])
def test_damaged_counts_are_counted_again(design: RtlDesign, tmp_path: Path, content: str) -> None:
    small = one_stage(design, tmp_path, ADDER)
    key = synthesis._key(small, "fpgajet_stage_0.v")
    (tmp_path / synthesis.CACHE_FILE).write_text(content.replace("KEY", key))
    assert synthesis.synthesise(small).lut == 8


def test_what_was_counted_before_an_interrupt_is_kept(
    design: RtlDesign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = copy_of(design, tmp_path)

    def interrupted(line: str) -> None:
        if "stage_1" in line:
            raise KeyboardInterrupt

    monkeypatch.setattr(synthesis, "require", lambda name: None)
    monkeypatch.setattr(synthesis, "_stage", lambda design, name: {"LUT2": 1})
    with pytest.raises(KeyboardInterrupt):
        synthesis.synthesise(copied, interrupted)
    assert len(synthesis._read_cache(tmp_path / synthesis.CACHE_FILE)) == 1


@needs_yosys
def test_verilog_that_yosys_refuses(design: RtlDesign, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="Yosys could not synthesise"):
        synthesis.synthesise(
            one_stage(design, tmp_path, "module fpgajet_stage_0 (input a); assign b = ; endmodule")
        )


def test_summary_counts_luts_of_any_size_and_halves_carry4() -> None:
    cells = synthesis.summary(
        Counter({"LUT2": 3, "LUT6_2": 2, "CARRY4": 3, "CARRY8": 1, "fpgajet_mac": 4, "INV": 9})
    )
    assert (cells.lut, cells.carry8, cells.dsp) == (5, 3, 4)


def test_row_without_synthesis_says_so(design: RtlDesign) -> None:
    row = hardware_row(design, None)
    assert row["level"] == "rtl-synthesis"
    assert row["lut"] is None
    assert row["latency_cycles"] == design.latency_cycles
    assert row["latency_ns"] == pytest.approx(design.latency_cycles * 1000 / 320, abs=1e-3)


def test_row_with_synthesis_labels_every_figure(design: RtlDesign) -> None:
    cells = synthesis.Cells(10_000, 900, design.dsp, {}, "yosys")
    row = hardware_row(design, cells)
    low, high = row["intervals"]["lut"]
    assert low < 10_000 < high
    assert {"lut", "ff", "dsp", "latency_cycles", "period_ns"} <= set(row["evidence"])
    period, latency = row["intervals"]["period_ns"], row["intervals"]["latency_ns"]
    assert latency == [round(design.latency_cycles * end, 1) for end in period]


def test_clock_is_an_interval_that_grows_with_size_and_slow_stages() -> None:
    small, large, slow = clock_interval(10_000, 2.0), clock_interval(90_000, 2.0), clock_interval(10_000, 5.0)
    assert small.lower_ns < small.upper_ns
    assert small.upper_ns < large.upper_ns < slow.upper_ns
    assert small.slowest_mhz < small.fastest_mhz
