"""Workers of a search, wherever they run: they share a study, and end when they are told to and with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from fpgajet.errors import CannotWrite, ToolFailed
from fpgajet.executor import Place, run_tasks
from fpgajet.search import study as stored
from fpgajet.search.claims import Claims
from fpgajet.search.outcome import Evaluated
from fpgajet.search.results import rows_of
from fpgajet.search.worker import Work, work
from fpgajet.search.workers import _worker, run_workers
from tests.search.spaces import formula, started

SCRIPT = """
import sys
from pathlib import Path
from fpgajet import signals
from fpgajet.executor import Place
from fpgajet.search.workers import run_workers
from fpgajet.search.worker import Work, tell
from tests.search.test_workers import endless

if __name__ == "__main__":
    signals.install()
    out = Path(sys.argv[1])
    try:
        run_workers(Work(out, out, 9), Place(2), tell, endless)
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


def full(*given: object) -> Evaluated:
    raise CannotWrite("full")


def test_two_processes_share_a_study(tmp_path: Path) -> None:
    own, said = started(tmp_path, sampler="random"), []
    run_workers(Work(tmp_path, tmp_path, 6), Place(2), said.append, formula)
    rows = rows_of(stored.open_study(tmp_path, own), own)
    assert [row.number for row in rows] == list(range(6))
    assert {row.state for row in rows} == {"complete"}
    assert sorted(line.partition(":")[0] for line in said) == [f"trial {number}" for number in range(6)]


def test_a_process_that_dies_is_named(tmp_path: Path) -> None:
    own = started(tmp_path)
    with pytest.raises(ToolFailed, match=r"worker \d of 2 ended early \(Killed\)"):
        run_workers(Work(tmp_path, tmp_path, 2), Place(2), print, deadly)
    assert {row.state for row in rows_of(stored.open_study(tmp_path, own), own)} <= {"running", "failed"}


def test_a_study_on_a_cluster(tmp_path: Path) -> None:
    own, said = started(tmp_path, sampler="random"), []
    given = Work(tmp_path, tmp_path, 5)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        place = Place(2, cluster.scheduler_address)
        run_workers(given, place, said.append, formula)
        rows = rows_of(stored.open_study(tmp_path, own), own)
        assert [row.state for row in rows] == ["complete"] * 5
        assert said[0] == f"2 workers on {cluster.scheduler_address}"
        assert len(said) > 1, "workers tell of their trials"
        with pytest.raises(CannotWrite, match="full"):
            run_workers(replace(given, trials=6), replace(place, workers=1), print, full)
        run_tasks(_worker, [(replace(given, trials=9, owner="owner-gone"), formula)], place)
    states = [row.state for row in rows_of(stored.open_study(tmp_path, own), own)]
    assert states[:5] == ["complete"] * 5
    assert set(states[5:]) == {"failed"}, "workers without an owner begin nothing"


def test_workers_end_once_their_owner_does(tmp_path: Path) -> None:
    started(tmp_path)
    claims = Claims(tmp_path)
    with claims.owning() as owner:
        assert work(Work(tmp_path, tmp_path, 1, owner=owner), run=formula) == 1
    assert work(Work(tmp_path, tmp_path, 2, owner=owner), run=formula) == 0
    assert not list(claims.folder.glob("owner-*"))


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
