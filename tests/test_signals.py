"""No child outlives its parent, whatever ends the parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_processes import FAMILY, gone

PARENT = """
import sys
from fpgajet import processes, signals
signals.install()
try:
    processes.run([sys.executable, "-c", sys.argv[1], sys.argv[2]])
except KeyboardInterrupt:
    signals.end(signals.exit_code())
"""

WORKERS = """
import os, pathlib, sys, time
from fpgajet.executor import Place, run_tasks

def work(folder, tell):
    (pathlib.Path(folder) / str(os.getpid())).write_text("")
    time.sleep(600)

if __name__ == "__main__":
    run_tasks(work, [sys.argv[1]] * 2, Place(2))
"""


def wait_for(condition: object) -> None:
    for _ in range(3000):
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.02)
    raise AssertionError("nothing happened")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_programs_end_with_whoever_started_them(tmp_path: Path, number: signal.Signals) -> None:
    """A program and its own child: as a compiler and its compiler proper."""
    noted = tmp_path / "number"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, FAMILY, str(noted)])
    wait_for(lambda: noted.exists() and noted.read_text())
    parent.send_signal(number)
    assert parent.wait(30) == (-number if number == signal.SIGKILL else 128 + number)
    assert gone(int(noted.read_text()))


def test_workers_end_with_their_parent_and_leave_signals_to_it(tmp_path: Path) -> None:
    script, folder = tmp_path / "workers.py", tmp_path / "started"
    folder.mkdir()
    script.write_text(WORKERS)
    parent = subprocess.Popen([sys.executable, str(script), str(folder)], env=os.environ)
    wait_for(lambda: len(list(folder.iterdir())) == 2)
    workers = [int(path.name) for path in folder.iterdir()]
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):  # a batch system sends them to all
        os.kill(workers[0], number)
    time.sleep(0.5)
    assert Path(f"/proc/{workers[0]}").exists()
    parent.kill()
    parent.wait()
    assert all(map(gone, workers))
