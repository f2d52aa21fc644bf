"""Siblings of the malformed cases: every command with paths and numbers that nobody means, in this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import typer.main

from fpgajet import cli, errors
from fpgajet.cli import output

cli._register()
#: Built once for all tests: the parser of all commands takes longer than what most of these run.
PARSER = typer.main.get_command(cli.app)
VERDICT = ["verdict", "--budget", "cms-p2-ct-l2", "--multiplicity", "16"]
PATHS = {
    "pipe": "fifo", "device": "/dev/zero", "directory": "folder", "empty file": "empty", "markup": "[/]",
    "no UTF-8": "caf\udce9", "long": "x" * 300, "nested JSON": "deep.json",
}  # fmt: skip
COMMANDS = {
    "export": ["export"], "prove": ["prove"], "report": ["report"], "csim": ["csim"], "synth": ["synth"],
    "rtl": ["rtl", "--no-synth"], "check": ["check", "--baseline", "missing"],
    "import .pt": ["import", "pelican-nano", "--out", "made"], "import .h": ["import", "weights-h", "--out", "made"],
    "verdict": VERDICT, "verdict --budget": ["verdict", "empty", "--multiplicity", "16", "--budget"],
    "estimate": ["estimate"], "estimate --budget": ["estimate", "npelican-n8-c2", "--budget"],
    "estimate --part": ["estimate", "npelican-n8-c2", "--part"], "parts": ["parts"], "budgets": ["budgets", "show"],
    "build --config": ["build", "--out", "made", "--config"], "build --jets": ["build", "--out", "made", "--jets"],
    "build --model": ["build", "--out", "made", "--model"],
    "train": ["train", "--data", "missing", "--out", "made", "--config"],
    "train --data": ["train", "--out", "made", "--data"], "eval": ["eval", "npelican-n8-c2", "--data"],
    "compress": ["compress", "npelican-n8-c2", "--out", "made", "--data"],
    "data info": ["data", "info"], "data validate": ["data", "validate"],
    "data convert": ["data", "convert", "--out", "made.h5"], "data plot": ["data", "plot", "--out", "made.png"],
    "data generate": ["data", "generate", "--out", "made", "--config"],
}  # fmt: skip


#: An empty file is a configuration of defaults: these would begin to work.
USABLE = {("build --config", "empty file"), ("data generate", "empty file")}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one of everything, in which commands run."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    Path("folder").mkdir()
    Path("empty").touch()
    Path("deep.json").write_text("[" * 100_000)
    Path("big.json").write_text('{"a":' + "9" * 5000 + "}")
    return tmp_path


def refused(
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    codes: tuple[int, ...],
) -> str:
    """What a command says that is refused; nothing is made."""
    monkeypatch.setattr(sys, "argv", ["fpgajet", *words])
    monkeypatch.setattr(typer.main, "get_command", lambda app: PARSER)
    code = output.run(cli.app)
    said = capfd.readouterr().err
    assert code in codes, said
    assert "Traceback" not in said
    assert "fault in fpgajet" not in said
    made = {path.name for path in Path.cwd().iterdir()} - {"fifo", "folder", "empty", "deep.json", "big.json"}
    assert {name for name in made if name not in ("made", ".lock")} == set()
    assert not Path("made/model.json").exists()
    return said


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("command", COMMANDS)
def test_paths(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], command: str, path: str
) -> None:
    """All are bad input."""
    if (command, path) in USABLE:
        return
    refused([*COMMANDS[command], PATHS[path]], monkeypatch, capfd, (errors.BadInput.exit_code,))


NUMBERS = ["nan", "inf", "0", "-1", "1e308", "9" * 30, "9" * 5000, "[/]"]
OPTIONS = [
    ("verdict", "--clock-mhz"), ("verdict", "--latency-cycles"), ("verdict", "--ii"), ("verdict", "--instances"),
    ("estimate", "--clock-mhz"), ("import .h", "--nbar"), ("import .h", "--constituents"), ("import .h", "--epochs"),
    ("export", "--version"), ("export", "--edge-vectors"), ("build", "--clock-mhz"), ("check", "--auc"),
]  # fmt: skip


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_numbers(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    option: str,
    value: str,
) -> None:
    """Each number is refused: by its range, or because the file beside it is none."""
    words = [*COMMANDS.get(command, ["build", "--model", "missing", "--out", "made"])]
    words += {"estimate": ["npelican-n8-c2"], "build": []}.get(command, ["empty"])
    refused([*words, option, value], monkeypatch, capfd, (errors.BadInput.exit_code,))


@pytest.mark.parametrize(
    "name", ["seed", "batch", "restarts", "float_epochs", "quantised_rate", "hidden", "max_jets"]
)
@pytest.mark.parametrize("value", ["9" * 30, "9" * 5000, "NaN", "[[1]]", "{"])
def test_settings_of_training(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    words = ["train", "--data", "missing", "--out", "made", "--set", f"{name}={value}"]
    refused(words, monkeypatch, capfd, (errors.BadInput.exit_code,))
