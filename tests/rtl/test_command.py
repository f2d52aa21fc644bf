"""``fpgajet rtl`` used wrongly, interrupted, on full disks: one paragraph, its code, nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import onnx
import pytest

from fpgajet.errors import CannotWrite, MissingTool
from fpgajet.graph.export import export
from fpgajet.pipeline.record import exclusive
from fpgajet.rtl import RtlDesign, available
from fpgajet.rtl.hardware import cautions, hardware_row
from fpgajet.rtl.tools import installed as tools
from fpgajet.rtl.tools import scratch
from tests.conftest import Run
from tests.networks import random_network

pytestmark = pytest.mark.skipif(
    not all(available()[name].present for name in ("alkaid", "verilator", "g++")),
    reason="needs the RTL tools",
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A directory with the model of a small network."""
    folder = tmp_path / "build"
    folder.mkdir()
    onnx.save(export(random_network(n=2, hidden=1)), str(folder / "model.onnx"))
    return folder


def paragraph(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one paragraph on standard error of a command that failed with ``code``."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--ii", "17"], "--ii is 1 to 16"),
        (["--stages", "9999"], "stages, not into 9999"),
        (["--clock-mhz", "nan"], "--clock-mhz"),
        (["--nonsense"], "fpgajet rtl --help"),
    ],
)
def test_wrong_options(fpgajet: Run, model: Path, options: list[str], message: str) -> None:
    done = fpgajet("rtl", model, "--no-synth", "--json", *options)
    assert message in paragraph(done, 2)
    assert json.loads(done.stdout)["error"]["exit_code"] == 2
    assert not (model / "rtl").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("build.json", "[]", "Remove it"),
        ("build.json", '{"settings": ', "Remove it"),
        ("build.json", '{"settings": {"clock_mhz": "fast"}}', "give --clock-mhz"),
        ("model.onnx", "half", "`fpgajet build` writes it again"),
    ],
)
def test_damaged_files_are_named_with_a_way_out(
    fpgajet: Run, model: Path, name: str, content: str, message: str
) -> None:
    (model / name).write_text(content)
    said = paragraph(fpgajet("rtl", model), 2)
    assert name in said
    assert message in said


def test_a_file_instead_of_a_directory(fpgajet: Run, model: Path) -> None:
    assert "is not a directory" in paragraph(fpgajet("rtl", model / "model.onnx"), 2)
    (model / "rtl").write_text("")
    assert "cannot write" in paragraph(fpgajet("rtl", model, "--no-synth"), 7)


def test_missing_tools_are_named_before_anything_is_written(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "verilator_root", lambda: None)
    monkeypatch.setattr(tools, "_yosys_version", lambda: None)
    build = import_module("fpgajet.rtl.build").build  # the package shows the function of that name
    with pytest.raises(MissingTool, match=r"verilator.*yosys"):
        build(random_network(n=2, hidden=1), model / "rtl", 320, "xcvu9p", jets=[])
    assert not (model / "rtl").exists()


def test_the_table_of_tools_shows_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fpgajet.cli.rtl import rtl

    monkeypatch.setattr(tools, "_yosys_version", lambda: None)
    rtl(tools=True)
    assert '"fpgajet[rtl]"' in capsys.readouterr().out


def test_one_run_at_a_time(fpgajet: Run, model: Path) -> None:
    with exclusive(model):
        assert "another fpgajet is at work" in paragraph(fpgajet("rtl", model, "--no-synth"), 2)


def test_results_of_another_design_go(fpgajet: Run, model: Path) -> None:
    """A run that ends before its own results are there, here for lack of room, leaves none of an earlier one."""
    assert fpgajet("rtl", model, "--no-synth", "--jets", 0, "--language", "vhdl").returncode == 0
    assert (model / "rtl" / "vhdl").is_dir()
    (model / "rtl" / "fpgajet_top.v").unlink()
    (model / "rtl" / "fpgajet_top.v").mkdir()
    assert "cannot write" in paragraph(fpgajet("rtl", model, "--no-synth", "--jets", 0, "--ii", 2), 7)
    assert not [name for name in ("rtl.json", "design.json", "vhdl") if (model / "rtl" / name).exists()]


def test_every_figure_has_its_evidence(fpgajet: Run, model: Path) -> None:
    done = fpgajet("rtl", model, "--no-synth", "--jets", 40, "--ii", 2, "--json")
    assert "every 2 clocks" in done.stderr
    row = json.loads(done.stdout)["hardware"][0]
    figures = {"latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram", "carry8"}
    assert figures == set(row["evidence"])
    text = fpgajet("rtl", model, "--no-synth", "--jets", 0, COLUMNS="80").stdout
    assert "not counted" in text
    assert "not simulated" in text
    assert max(map(len, text.splitlines())) <= 80


def test_what_cannot_run_as_described_is_said(design: RtlDesign) -> None:
    assert cautions(design) == []
    slow = replace(design, slowest_stage_ns=9.5)
    assert "9.5 ns by the delay model" in hardware_row(slow, None)["evidence"]["latency_ns"]
    other = replace(design, part="xc7vx690t")
    assert "Virtex-7 lacks" in hardware_row(other, None)["evidence"]["latency_ns"]


def test_a_full_temporary_disk_is_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(CannotWrite, match="TMPDIR"), scratch.temporary_folder("x-") as work:
        scratch.keep_log("x-", work, "no room")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["compile", "synthesis"])
def test_interrupted(tmp_path: Path, model: Path, moment: str) -> None:
    """Ctrl-C as a terminal sends it, to everything that runs: no folder stays, no program goes on."""
    if moment == "synthesis" and not available()["yosys"].present:
        pytest.skip("needs Yosys")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "fpgajet", "rtl", str(model), "--jets", "10" if moment == "compile" else "0"],
        env=os.environ | {"TMPDIR": str(temporary)}, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    started = "fpgajet-verilator-*" if moment == "compile" else "fpgajet-yosys-*"
    while not list(temporary.glob(started)):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130, messages
    assert "Traceback" not in messages
    assert not list(temporary.glob("fpgajet-*"))
    assert not (model / "rtl" / "rtl.json").exists()
