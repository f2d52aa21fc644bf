"""Several processes on one study: they share it, end when they are told to, and end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import ToolFailed
from fpgajet.search import study as stored
from fpgajet.search.executors import run_workers
from fpgajet.search.outcome import Evaluated
from fpgajet.search.results import rows_of
from fpgajet.search.worker import Work
from tests.search.spaces import formula, started

SCRIPT = """
import sys
from pathlib import Path
from fpgajet import signals
from fpgajet.search.executors import run_workers
from fpgajet.search.worker import tell
from fpgajet.search.worker import Work
from tests.search.test_executors import endless

if __name__ == "__main__":
    signals.install()
    out = Path(sys.argv[1])
    try:
        run_workers(Work(out, out, 9), 2, tell, endless)
    except KeyboardInterrupt:
        sys.exit(signals.exit_code())
"""


def endless(*given: Any) -> Evaluated:
    """A training that never ends; it notes its process."""
    (given[2] / f"process-{os.getpid()}").touch()
    while True:
        time.sleep(0.02)


def deadly(*given: Any) -> Evaluated:
    """A training that kills its process."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_two_processes_share_a_study(tmp_path: Path) -> None:
    own = started(tmp_path, sampler="random")
    run_workers(Work(tmp_path, tmp_path, 6), 2, print, formula)
    rows = rows_of(stored.open_study(tmp_path, own), own)
    assert [row.number for row in rows] == list(range(6))
    assert {row.state for row in rows} == {"complete"}


def test_a_process_that_dies_is_named(tmp_path: Path) -> None:
    own = started(tmp_path)
    with pytest.raises(ToolFailed, match=r"worker \d.* of 2 ended early"):
        run_workers(Work(tmp_path, tmp_path, 2), 2, print, deadly)
    assert {row.state for row in rows_of(stored.open_study(tmp_path, own), own)} <= {"running", "failed"}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_parent(tmp_path: Path, ending: signal.Signals) -> None:
    own = started(tmp_path)
    script = tmp_path / "parent.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path)], env=environment)
    while len(workers := list(tmp_path.glob("process-*"))) < 2:
        assert parent.poll() is None
        time.sleep(0.05)
    parent.send_signal(ending)
    parent.wait()
    numbers = [int(path.name.partition("-")[2]) for path in workers]
    while any(map(alive, numbers)):
        time.sleep(0.05)
    states = {row.state for row in rows_of(stored.open_study(tmp_path, own), own)}
    if ending is signal.SIGTERM:
        assert parent.returncode == 128 + signal.SIGTERM
        assert states == {"failed"}, "told of at once"
    else:
        assert states == {"running"}, "the next search finds them"


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"
