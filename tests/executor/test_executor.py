"""Tasks in this process, in others, and on a cluster: the same results, and errors that name their cause."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.executor import Place, run_apart, run_tasks
from fpgajet.executor.cluster import BATCH, batch_system, connected
from tests.executor.work import double, fails, one_fails


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of a scheduler."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as one:
        yield one.scheduler_address


@pytest.mark.parametrize("where", ["here", "processes", "cluster"])
def test_results_are_the_same_everywhere(where: str, cluster: str) -> None:
    place = {"here": Place(), "processes": Place(2), "cluster": Place(2, cluster)}[where]
    told: list[str] = []
    done: dict[int, int] = {}
    assert run_tasks(double, range(5), place, told=told.append, done=done.__setitem__) == [0, 2, 4, 6, 8]
    assert done == {number: 2 * number for number in range(5)}
    assert set(told) <= {f"task {number}" for number in range(5)}
    assert len(told) == 5 or where == "cluster"


def test_an_error_on_a_cluster_is_raised_here(cluster: str) -> None:
    with pytest.raises(BadInput, match="of a user"):
        run_tasks(fails, [BadInput("of a user")], Place(1, cluster))
    with pytest.raises(ToolFailed, match=r"1 of 1 tasks failed \(KeyError"):
        run_tasks(fails, [KeyError("x")], Place(1, cluster))


def test_errors_of_processes(capfd: pytest.CaptureFixture[str]) -> None:
    """Others go on where that is wanted, and standard output is not theirs."""
    done: dict[int, Any] = {}
    with pytest.raises(BadInput, match="of a user"):
        run_tasks(
            fails, [BadInput("of a user"), "speaks", 3, 4], Place(2), done=done.__setitem__, keep_going=True
        )
    assert done == {1: "speaks", 2: 3, 3: 4}
    assert "banner" not in capfd.readouterr().out
    with pytest.raises(ToolFailed, match="Odd: 1 and 2"):
        run_tasks(fails, ["odd"], Place(apart=True))
    done.clear()
    with pytest.raises(ToolFailed, match=r"worker \d of 2 ended early \(Killed\)"):
        run_tasks(fails, ["dies", 1, 2], Place(2), done=done.__setitem__, keep_going=True)
    assert done == {1: 1, 2: 2}, "a worker that dies loses its task and nothing else"


def test_an_error_stops_the_others(tmp_path: Path) -> None:
    """They are interrupted as by Ctrl-C, so that they clean up."""

    with pytest.raises(ToolFailed, match="ValueError"):
        run_tasks(one_fails, [tmp_path / "x", None], Place(2))
    assert (tmp_path / "x.ended").exists()


def test_what_is_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="one of slurm, htcondor, lsf, pbs"):
        run_tasks(double, [1], Place(1, "kubernetes"))
    monkeypatch.setattr("fpgajet.executor.cluster.TIMEOUT", "0.2s")
    with pytest.raises(BadInput, match="no Dask scheduler answers"), connected(Place(1, "tcp://127.0.0.1:9")):
        pass
    with pytest.raises(BadInput, match=r"cores.*jobqueue\.yaml"):
        batch_system("slurm")


@pytest.mark.parametrize("name", BATCH)
def test_every_batch_system_gets_a_job(name: str) -> None:
    """The script that would be submitted, which docs/search.md shows for two."""
    disk = {"disk": "1GB"} if name == "htcondor" else {}
    options = {
        "interface": "lo",
        "log_directory": None,
        "scheduler_options": {"dashboard_address": "127.0.0.1:0"},
    }
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with batch_system(name, cores=1, processes=1, memory="4GB", **options, **disk) as jobs:
        assert "distributed.cli.dask_worker tcp://127.0.0.1:" in jobs.job_script()
    # dask-jobqueue sets its own when it is imported
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_a_copy_of_the_process_is_given_up() -> None:
    with pytest.raises(ToolFailed, match=r"did not end within 0\.1 seconds"):
        run_apart(signal.pause, wait_seconds=0.1)
    assert run_apart(lambda: os.kill(os.getpid(), signal.SIGTERM)).status == -signal.SIGTERM
