"""Ctrl-C in the middle of a build: its own exit code, no traceback, and the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import Run


def test_interrupted_and_continued(tmp_path: Path, fpgajet: Run) -> None:
    command = ["build", "--out", "out", "--flow", "hls", "--max-jets", "1000", "--edge-vectors", "1000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "fpgajet", *command],
        cwd=tmp_path,
        env=os.environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    record = tmp_path / "out" / "build.json"
    deadline = time.monotonic() + 120
    while not (record.is_file() and "project" in record.read_text()):  # the compiler is next
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in messages
    assert "Traceback" not in messages
    done = json.loads(record.read_text())["stages"]
    assert "project" in done
    assert "certificate" not in done

    again = fpgajet(*command)
    assert again.returncode == 0, again.stderr
    assert "= project" in again.stderr
    assert "+ certificate" in again.stderr
