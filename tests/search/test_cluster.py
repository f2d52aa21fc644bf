"""Workers that Dask places: a study on a local cluster, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from fpgajet.errors import BadInput, CannotWrite
from fpgajet.search import study as stored
from fpgajet.search.claims import Claims
from fpgajet.search.cluster import connected, run_on, run_on_cluster
from fpgajet.search.executors import run_workers
from fpgajet.search.results import rows_of
from fpgajet.search.worker import Work, work
from tests.search.spaces import formula, started


def test_a_study_on_a_cluster(tmp_path: Path) -> None:
    own = started(tmp_path, sampler="random")
    given, said = Work(tmp_path, tmp_path, 5), []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        run_workers(given, 2, said.append, formula, cluster.scheduler_address)
        rows = rows_of(stored.open_study(tmp_path, own), own)
        assert [row.state for row in rows] == ["complete"] * 5
        assert said == [f"2 workers on {cluster.scheduler_address}"]
        with Client(cluster) as client:
            with pytest.raises(CannotWrite, match="full"):
                run_on(client, replace(given, trials=6), 1, full)
            run_on(client, replace(given, trials=9, owner="owner-gone"), 2, formula)
    states = [row.state for row in rows_of(stored.open_study(tmp_path, own), own)]
    assert states[:5] == ["complete"] * 5
    assert set(states[5:]) == {"failed"}, "workers without an owner begin nothing"


def full(*given: object) -> None:
    raise CannotWrite("full")


def test_workers_end_once_their_owner_does(tmp_path: Path) -> None:
    started(tmp_path)
    claims = Claims(tmp_path)
    with claims.owning() as owner:
        assert work(Work(tmp_path, tmp_path, 1, owner=owner), run=formula) == 1
    assert work(Work(tmp_path, tmp_path, 2, owner=owner), run=formula) == 0
    assert not list(claims.folder.glob("owner-*"))


def test_what_is_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Work(tmp_path, tmp_path, 1)
    with pytest.raises(BadInput, match="one of slurm, htcondor, lsf, pbs"):
        run_on_cluster(given, "kubernetes", 1, print)
    monkeypatch.setattr("fpgajet.search.cluster.TIMEOUT", "0.2s")
    with pytest.raises(BadInput, match="no Dask scheduler answers"), connected("tcp://127.0.0.1:9", 1):
        pass
