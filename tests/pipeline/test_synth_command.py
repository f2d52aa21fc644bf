"""``fpgajet synth`` with a stand-in for the vendor tool: its figures reach the report."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.hls.fake_vendor import SCRIPT


def test_reports_reach_the_report(
    build_copy: Path, fpgajet: Run, fake_tool: Callable[[str, str], Path]
) -> None:
    fake_tool("vitis-run", SCRIPT)
    done = fpgajet("synth", build_copy, "--json", PATH=os.environ["PATH"])
    assert done.returncode == 0, done.stderr
    assert [row["level"] for row in json.loads(done.stdout)["hardware"]] == ["hls-csynth"]
    rows = {row["level"]: row for row in json.loads((build_copy / "report.json").read_text())["hardware"]}
    assert rows["hls-csynth"]["lut"] == 67890
    assert rows["hls-csynth"]["latency_cycles"] == 17
    assert "model" in rows
    assert "67,890" in (build_copy / "report.md").read_text()


def test_missing_tool(finished: Path, fpgajet: Run) -> None:
    done = fpgajet("synth", finished)
    assert done.returncode == 5
    assert "vitis-run or vitis_hls is not on PATH" in done.stderr
    assert not (finished / "synth").exists()


@pytest.mark.parametrize(
    ("name", "content", "way_out"),
    [
        ("synthesis.json", "[]", "fpgajet synth"),
        ("synthesis.json", '{"rows": ', "fpgajet synth"),
        ("estimate.json", '{"hard', "fpgajet build"),
    ],
)
def test_a_damaged_result_is_named_with_a_way_out(
    build_copy: Path, fpgajet: Run, name: str, content: str, way_out: str
) -> None:
    (build_copy / name).write_text(content)
    done = fpgajet("report", build_copy)
    assert done.returncode == 2, done.stderr
    assert name in done.stderr
    assert way_out in done.stderr
