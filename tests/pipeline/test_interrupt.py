"""Ctrl-C in the middle of a build: its own exit code, no traceback, and the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from fpgajet.cli import output
from tests.conftest import Run


def test_interrupted_and_continued(tmp_path: Path, fpgajet: Run) -> None:
    command = [
        "build",
        "--out",
        "out",
        "--flow",
        "hls",
        "--no-prove",
        "--max-jets",
        "200",
        "--edge-vectors",
        "200",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "fpgajet", *command],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},  # the compiler has work to do
        stderr=subprocess.PIPE,
        text=True,
    )
    record = tmp_path / "out" / "build.json"
    while not (record.is_file() and "project" in record.read_text()):  # the compiler is next
        assert process.poll() is None  # it ends by itself if it is never interrupted
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130, messages
    assert "interrupted" in messages
    assert "Traceback" not in messages
    done = json.loads(record.read_text())["stages"]
    assert "project" in done
    assert "certificate" not in done

    again = fpgajet(*command)
    assert again.returncode == 0, again.stderr
    assert "= project" in again.stderr
    assert "+ certificate" in again.stderr


INTERRUPTED_IN_EXEC = """
import atexit, fpgajet.cli

def run(app):
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        return 130

atexit.register(print, "cleaned up")
fpgajet.cli.output.run = run
fpgajet.cli.main()
"""


def test_an_interrupt_within_exec_keeps_the_exit_code(tmp_path: Path) -> None:
    """CPython would end `python -m` by SIGINT here, long after the interrupt was handled."""
    (tmp_path / "interrupted.py").write_text(INTERRUPTED_IN_EXEC)
    places = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"], env=os.environ | {"PYTHONPATH": places},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "cleaned up\n"), done.stderr


def test_an_interrupt_within_an_import_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 hides Ctrl-C in a RuntimeError where it comes while a class is made."""

    class Hook:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    app = typer.Typer()

    @app.command()
    def command() -> None:
        type("Made", (), {"hook": Hook()})

    monkeypatch.setattr(sys, "argv", ["fpgajet"])
    assert output.run(app) == 130


INTERRUPTED_IN_DYNAMO = """
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "torch._dynamo.convert_frame":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
try:
    import quant.quantisers
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_while_brevitas_is_imported_is_one() -> None:
    """Brevitas imports torch._dynamo, which takes seconds, within a bare except."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IN_DYNAMO], env=os.environ,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "interrupted\n", done.stderr
