"""``fpgajet rtl``: what it writes, and used wrongly: one paragraph, its code, nothing left behind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from fpgajet.folders import exclusive
from fpgajet.rtl import available
from tests.conftest import Run

pytestmark = pytest.mark.skipif(
    not all(available()[name].present for name in ("alkaid", "verilator", "g++")),
    reason="needs the RTL tools",
)


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


def test_one_run_at_a_time(fpgajet: Run, model: Path) -> None:
    with exclusive(model):
        assert "another fpgajet is at work" in paragraph(fpgajet("rtl", model, "--no-synth"), 2)


def test_results_of_another_design_go(fpgajet: Run, model: Path) -> None:
    """A run that fails before it has results of its own leaves none of an earlier one."""
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
    assert max(map(len, text.splitlines()[1:])) <= 80  # the title is a path, which is not broken


def test_command(fpgajet: Run, model: Path) -> None:
    done = fpgajet("rtl", model, "--no-synth", "--jets", 200, "--clock-mhz", 250, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["differences"] == 0
    assert document["compared"] == 200
    assert document["hardware"][0]["clock_mhz"] == 250
    assert (model / "rtl" / "fpgajet_top.v").is_file()


def test_command_without_a_model(fpgajet: Run, tmp_path: Path) -> None:
    assert "has no model.onnx" in paragraph(fpgajet("rtl", tmp_path), 2)
