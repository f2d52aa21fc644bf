"""Reports of vendor tools that are none, or hold what no tool writes: one sentence, at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from fpgajet.hls.tool_reports import read_report

CSYNTH = (Path(__file__).parents[1] / "api" / "reports" / "csynth.xml").read_text()
TIMING = (Path(__file__).parents[1] / "api" / "reports" / "timing.rpt").read_text()


def changed(tag: str, value: str) -> str:
    """csynth.xml with another text in its first element ``tag``."""
    before, _, rest = CSYNTH.partition(f"<{tag}>")
    return f"{before}<{tag}>{value}</{tag}>{rest.partition(f'</{tag}>')[2]}"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "9" * 5000, "1e30", "x", ""])
@pytest.mark.parametrize("tag", ["EstimatedClockPeriod", "LUT", "FF", "TargetClockPeriod"])
def test_figures_that_no_tool_reports(tmp_path: Path, tag: str, value: str) -> None:
    (tmp_path / "csynth.xml").write_text(changed(tag, value))
    with pytest.raises(BadInput, match=r"csynth\.xml"):
        read_report(tmp_path / "csynth.xml")


@pytest.mark.parametrize(
    ("tag", "value"),
    [("EstimatedClockPeriod", "0"), ("TargetClockPeriod", "0"), ("TargetClockPeriod", "1e400"), ("Interval-max", "0"),
     ("Worst-caseLatency", "9" * 400)],
)  # fmt: skip
def test_zero_where_there_is_none(tmp_path: Path, tag: str, value: str) -> None:
    (tmp_path / "csynth.xml").write_text(changed(tag, value))
    with pytest.raises(BadInput, match="has to lie between"):
        read_report(tmp_path / "csynth.xml")


def test_digits_of_other_scripts_are_no_figure(tmp_path: Path) -> None:
    (tmp_path / "csynth.xml").write_text(changed("Worst-caseLatency", "\u0663"), encoding="utf-8")
    assert "latency_cycles" not in read_report(tmp_path / "csynth.xml").figures


@pytest.mark.parametrize(
    "text",
    ["", "\0\0", "<a>" * 100_000, "Design Timing Summary" + "\n" * 300_000, "Design Timing Summary\n" + " " * 300_000,
     "Design Timing Summary\nWNS(ns)\n---\n 1.0\nClock  Waveform(ns)\n---\n" + " a\n" * 100_000,
     "| CLB LUTs" + "|" * 100_000, TIMING.replace("Waveform", "waveform")],
    ids=["empty", "zeros", "deep", "blank lines", "blanks", "no clocks", "bars", "no table"],
)  # fmt: skip
def test_other_texts_are_refused_in_linear_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "any.rpt").write_text(text)
    with pytest.raises(BadInput, match=r"any\.rpt"):
        read_report(tmp_path / "any.rpt")


@pytest.mark.parametrize("kind", ["pipe", "device", "directory", "missing", "long name", "not UTF-8"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    path = {"device": Path("/dev/zero"), "long name": tmp_path / ("x" * 300)}.get(kind, tmp_path / "any")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "not UTF-8":
        path.write_bytes(b"\xff\xfe" * 100)
    with pytest.raises(BadInput):
        read_report(path)
