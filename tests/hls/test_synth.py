"""Vendor tools, with stand-ins on PATH."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fpgajet.errors import MissingTool, ToolFailed
from fpgajet.graph.export import export
from fpgajet.hls.project import write_project
from fpgajet.hls.synth import LOG, SynthesisSteps, hardware_rows, synthesise
from tests.hls.fake_vendor import SCRIPT
from tests.networks import random_jets, random_network

FakeTool = Callable[[str, str], Path]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    network = random_network()
    write_project(
        export(network),
        network,
        tmp_path / "hls",
        part="xcvu9p-flga2104-2-e",
        clock_mhz=360.0,
        vectors=random_jets(5),
    )
    return tmp_path / "hls"


@pytest.mark.parametrize("program", ["vitis-run", "vitis_hls"])
def test_reports_become_rows(project: Path, fake_tool: FakeTool, program: str) -> None:
    fake_tool(program, SCRIPT)
    lines: list[str] = []
    before = sorted(p.name for p in project.iterdir())
    reports = synthesise(project, project.parent / "synth", "vitis", SynthesisSteps(), lines.append)
    assert reports["command"][0] == program
    assert any("synthesising random" in line for line in lines)
    (row,) = hardware_rows(reports)
    assert {k: getattr(row, k) for k in ("level", "latency_cycles", "ii", "lut", "ff", "dsp", "bram")} == {
        "level": "hls-csynth",
        "latency_cycles": 17,
        "ii": 1,
        "lut": 67890,
        "ff": 12345,
        "dsp": 544,
        "bram": 2,
    }
    assert row.latency_ns == pytest.approx(17 * 2.78)
    assert sorted(p.name for p in project.iterdir()) == before, "the project itself stays as it was"


def test_logic_synthesis_is_a_row_of_its_own(project: Path, fake_tool: FakeTool) -> None:
    fake_tool("vitis-run", SCRIPT)
    fake_tool("vivado", SCRIPT)
    reports = synthesise(project, project.parent / "synth", "vitis", SynthesisSteps(vsynth=True))
    rows = hardware_rows(reports)
    assert [row.level for row in rows] == ["hls-csynth", "vivado-synthesis"]
    assert (rows[1].lut, rows[1].ff, rows[1].dsp, rows[1].bram) == (21000, 9000, 540, 2)


def test_missing_tools_are_named(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="vitis-run or vitis_hls is not on PATH"):
        synthesise(project, tmp_path / "synth", "vitis", SynthesisSteps())
    with pytest.raises(MissingTool, match="vivado_hls is not on PATH"):
        synthesise(project, tmp_path / "synth", "vivado", SynthesisSteps())
    with pytest.raises(MissingTool, match="--vsynth needs `vivado`"):
        synthesise(project, tmp_path / "synth", "vitis", SynthesisSteps(vsynth=True))


def test_a_failing_tool_is_quoted(project: Path, fake_tool: FakeTool, tmp_path: Path) -> None:
    fake_tool("vitis-run", SCRIPT)
    (project / "fail").write_text("")
    with pytest.raises(ToolFailed, match=r"status 1: ERROR: .*Pre-synthesis failed"):
        synthesise(project, tmp_path / "synth", "vitis", SynthesisSteps())
    assert "Pre-synthesis failed" in (tmp_path / "synth" / LOG).read_text()


def test_a_tool_that_leaves_no_report(project: Path, fake_tool: FakeTool, tmp_path: Path) -> None:
    fake_tool("vitis-run", SCRIPT)
    (project / "silent").write_text("")
    with pytest.raises(ToolFailed, match="ended well"):
        synthesise(project, tmp_path / "synth", "vitis", SynthesisSteps())
