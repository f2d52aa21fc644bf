"""Ctrl-C: nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rtl.conftest import need


@pytest.mark.parametrize("moment", ["compile", "synthesis"])
def test_interrupted(tmp_path: Path, model: Path, moment: str) -> None:
    """Ctrl-C as a terminal sends it, to everything that runs: no folder stays, no program goes on."""
    need("alkaid", "verilator", "g++", *(["yosys"] if moment == "synthesis" else []))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "fpgajet", "rtl", str(model), "--jets", "10" if moment == "compile" else "0"],
        env=os.environ | {"TMPDIR": str(temporary)}, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    started = "fpgajet-verilator-*" if moment == "compile" else "fpgajet-yosys-*"
    while not list(temporary.glob(started)):
        assert process.poll() is None  # it ends by itself if it is never interrupted
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130, messages
    assert "Traceback" not in messages
    assert not list(temporary.glob("fpgajet-*"))
    assert not (model / "rtl" / "rtl.json").exists()
