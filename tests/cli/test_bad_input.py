"""Every way to call ``fpgajet build`` wrongly: one message, one code, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import h5py
import numpy as np
import pytest
import typer

from fpgajet.cli import output
from fpgajet.errors import BudgetMissed
from fpgajet.pipeline.jets import shipped_sample
from quant.zoo import resolve
from tests.conftest import Run


def jets_with(path: Path, change: str) -> Path:
    """A copy of the first shipped jets with one thing wrong."""
    with h5py.File(shipped_sample()) as source, h5py.File(path, "w") as target:
        for name, value in source.attrs.items():
            target.attrs[name] = value
        for name, data in source.items():
            target[name] = data[:200]
        p4 = target["constituents"][()]
        if change == "nan":
            p4[17, 2, 0] = np.nan
        elif change == "mev":
            p4 *= 1000
        elif change == "off shell":
            p4[5, 0, 0] *= 0.9
        elif change == "unsorted":
            p4[8, [0, 1]] = p4[8, [1, 0]]
        elif change == "one class":
            target["label"][...] = 1
        del target["constituents"]
        target["constituents"] = p4
    return path


JETS = {
    "nan": r"NaN",
    "mev": r"MeV",
    "off shell": r"row 5",
    "unsorted": r"row 8",
    "one class": r"two classes",
}


def check(done: subprocess.CompletedProcess[str], code: int, message: str, out: Path) -> None:
    assert done.returncode == code, done.stderr
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    left = [p for p in out.rglob("*") if p.is_file() and p.name != ".lock"] if out.exists() else []
    assert left == [], "half-written files"


@pytest.mark.parametrize("change", JETS)
def test_unusable_jets(fpgajet: Run, tmp_path: Path, change: str) -> None:
    jets = jets_with(tmp_path / "jets.h5", change)
    check(fpgajet("build", "--jets", jets, "--out", "out"), 2, JETS[change], tmp_path / "out")


def test_truncated_jets(fpgajet: Run, tmp_path: Path) -> None:
    content = shipped_sample().read_bytes()
    (tmp_path / "jets.h5").write_bytes(content[: len(content) // 2])
    check(fpgajet("build", "--jets", "jets.h5", "--out", "out"), 2, "truncated", tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jets", "nowhere.h5"], "does not exist"),
        (["--model", "npelikan"], "npelican"),
        (["--part", "xcvu99p"], "xcvu9p"),
        (["--budget", "cms-p3"], "unknown budget"),
        (["--backend", "quartus"], "backend = 'quartus'"),
        (["--clock-mhz", "-5"], "clock_mhz"),
        (["--clock-mhz", "nan"], "clock_mhz"),
        (["--edge-vectors", "0"], "edge_vectors"),
        (["--reuse-factor", "0"], "reuse_factor = 0"),
        (["--config", "nowhere.toml"], "nowhere.toml does not exist"),
    ],
)
def test_unusable_settings(fpgajet: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = fpgajet("build", "--out", "out", *arguments)
    check(done, 2, message, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "message"),
    [("prat = 'xcvu9p'", "unknown key 'prat'"), ("part = ", "not valid TOML"), ("seed = 'x'", "seed = 'x'")],
)
def test_unusable_config(fpgajet: Run, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "build.toml").write_text(text)
    check(fpgajet("build", "--config", "build.toml", "--out", "out"), 2, message, tmp_path / "out")


def test_config_file_is_used(fpgajet: Run, tmp_path: Path) -> None:
    (tmp_path / "build.toml").write_text("part = 'xcvu99p'")
    check(fpgajet("build", "--config", "build.toml", "--out", "out"), 2, "xcvu99p", tmp_path / "out")


@pytest.mark.parametrize("damage", ["weights", "version", "unknown key", "no weights"])
def test_unusable_checkpoint(fpgajet: Run, tmp_path: Path, damage: str) -> None:
    model = Path(shutil.copytree(resolve("npelican"), tmp_path / "model"))
    description = (model / "model.json").read_text()
    if damage == "weights":
        weights = (model / "weights.safetensors").read_bytes()
        (model / "weights.safetensors").write_bytes(weights[: len(weights) // 2])
    elif damage == "version":
        (model / "model.json").write_text(description.replace('"schema_version": 2', '"schema_version": 99'))
    elif damage == "unknown key":
        (model / "model.json").write_text(description.replace("{", '{"surprise": 1,', 1))
    else:
        (model / "weights.safetensors").unlink()
    messages = {
        "weights": "truncated",
        "version": "schema version 99",
        "unknown key": "surprise",
        "no weights": "lacks weights.safetensors",
    }
    check(fpgajet("build", "--model", "model", "--out", "out"), 2, messages[damage], tmp_path / "out")


def test_no_compiler(fpgajet: Run, tmp_path: Path) -> None:
    done = fpgajet("build", "--out", "out", PATH=str(tmp_path))
    check(done, 5, "g++ is not on PATH", tmp_path / "out")


def test_a_file_where_the_build_directory_should_be(fpgajet: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    done = fpgajet("build", "--out", "out")
    assert done.returncode == 7
    assert "cannot write" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_directory(fpgajet: Run, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    check(fpgajet("build", "--out", "locked/out"), 7, "cannot write", tmp_path / "locked" / "out")


def test_full_disk(fpgajet: Run) -> None:
    if not Path("/dev/full").exists() or os.geteuid() != 0:
        pytest.skip("needs /proc, where nothing can be created, as a stand-in for a read-only disk")
    done = fpgajet("build", "--out", "/proc/fpgajet")
    assert done.returncode == 7
    assert "cannot write" in done.stderr


def test_errors_as_json(fpgajet: Run) -> None:
    done = fpgajet("build", "--part", "xcvu99p", "--json")
    assert done.returncode == 2
    assert '"kind": "bad-input"' in done.stdout
    assert '"exit_code": 2' in done.stdout


def test_a_failure_after_the_result_adds_no_second_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`fpgajet build --json` prints its report, and then fails where the budget is missed."""
    app = typer.Typer()

    @app.command()
    def command(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
        output.print_json({"verdict": "fail"})
        raise BudgetMissed("too slow")

    monkeypatch.setattr(sys, "argv", ["fpgajet", "--json"])
    monkeypatch.setattr(output, "_printed", [])
    assert output.run(app) == BudgetMissed.exit_code
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"verdict": "fail"}
    assert "too slow" in shown.err


@pytest.mark.parametrize(
    "command", ["build", "csim", "synth", "rtl", "report", "models", "parts", "budgets", "data", "train"]
)
def test_every_command_has_help_with_an_example(fpgajet: Run, command: str) -> None:
    done = fpgajet(command, "--help")
    assert done.returncode == 0
    if command not in ("data", "budgets"):
        assert f"fpgajet {command}" in done.stdout
