"""Workers on a study: enough trials, killed ones, several at once, stops; training is a formula here."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import BadInput, CannotWrite
from fpgajet.search import study as stored
from fpgajet.search.claims import Claims
from fpgajet.search.outcome import Evaluated
from fpgajet.search.results import rows_of
from fpgajet.search.space import Space
from fpgajet.search.worker import Work, work
from tests.search.spaces import SPACE, formula, started


def searched(out: Path, trials: int, run: Any = formula, **changed: object) -> list[Any]:
    """Rows of a search that worked until it had so many trials."""
    own = started(out, **changed)
    work(Work(out, out, trials), run=run)
    return rows_of(stored.open_study(out, own), own)


def in_child(task: Callable[[], object]) -> int:
    """Status of a forked process that does this."""
    child = os.fork()
    if child == 0:
        try:
            task()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "random"])
def test_a_study_gets_as_many_trials_as_asked_for_and_goes_on(tmp_path: Path, sampler: str) -> None:
    assert len(searched(tmp_path, 2, sampler=sampler)) == 2
    rows = searched(tmp_path, 4, sampler=sampler)
    assert [row.number for row in rows] == list(range(4))
    assert work(Work(tmp_path, tmp_path, 4), run=formula) == 0
    assert len({str(row.params) for row in rows}) == 4, "a search that goes on draws new configurations"


def test_constraints_and_front(tmp_path: Path) -> None:
    rows = searched(tmp_path, 14, sampler="random")
    assert all(row.feasible == (row.params["hidden"] <= 4) for row in rows if row.state == "complete")
    front = [row for row in rows if row.front]
    assert 1 < len(front) < len(rows)
    assert all(row.feasible for row in front)
    aucs = [row.figures["auc"] for row in sorted(front, key=lambda row: row.values(["lut"]))]
    assert aucs == sorted(aucs)


def test_a_killed_trial_is_begun_again_in_its_directory(tmp_path: Path) -> None:
    own = started(tmp_path)

    def killed(*given: Any) -> Evaluated:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    assert in_child(lambda: work(Work(tmp_path, tmp_path, 3), run=killed)) == signal.SIGKILL
    said: list[str] = []
    work(Work(tmp_path, tmp_path, 3), said.append, formula)
    rows = rows_of(stored.open_study(tmp_path, own), own)
    assert [row.state for row in rows] == ["failed", "complete", "complete", "complete"]
    assert rows[0].params == rows[1].params
    assert rows[0].run == rows[1].run
    assert said[0].startswith("trial 0: its process was killed")


def test_a_configuration_that_kills_every_process_is_given_up(tmp_path: Path) -> None:
    own = started(tmp_path)

    def fatal(*given: Any) -> Evaluated:
        if given[3].name == "00000":
            os.kill(os.getpid(), signal.SIGKILL)
        return formula(*given)

    for _ in range(stored.ATTEMPTS):
        assert in_child(lambda: work(Work(tmp_path, tmp_path, 2), run=fatal)) == signal.SIGKILL
    assert in_child(lambda: work(Work(tmp_path, tmp_path, 2), run=fatal)) == 0
    rows = rows_of(stored.open_study(tmp_path, own), own)
    assert Counter(row.state for row in rows) == {"failed": stored.ATTEMPTS, "complete": 2}


def test_a_process_that_dies_before_its_claim_leaves_nothing_behind(tmp_path: Path) -> None:
    own = started(tmp_path)
    stored.open_study(tmp_path, own).ask()
    work(Work(tmp_path, tmp_path, 2), run=formula)
    states = [row.state for row in rows_of(stored.open_study(tmp_path, own), own)]
    assert states == ["failed", "complete", "complete"]


def test_a_trial_that_another_process_works_on_is_left_alone_and_counts(tmp_path: Path) -> None:
    own = started(tmp_path)
    study = stored.open_study(tmp_path, own)
    with Claims(tmp_path).hold(study.ask().number):
        work(Work(tmp_path, tmp_path, 2), run=formula)
        assert [row.state for row in rows_of(study, own)] == ["running", "complete"]


def test_two_searches_share_a_study(tmp_path: Path) -> None:
    """The second one works while the first is in the middle of a trial."""
    own = started(tmp_path)
    inside: list[int] = []

    def shared(*given: Any) -> Evaluated:
        if not inside:
            inside.append(1)
            inside.append(work(Work(tmp_path, tmp_path, 6), run=formula))
        return formula(*given)

    assert work(Work(tmp_path, tmp_path, 6), run=shared) == 1
    assert inside[1] == 5
    assert [row.state for row in rows_of(stored.open_study(tmp_path, own), own)] == ["complete"] * 6


def test_an_interrupt_puts_the_trial_back(tmp_path: Path) -> None:
    def interrupted(*given: Any) -> Evaluated:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searched(tmp_path, 2, interrupted)
    rows = searched(tmp_path, 2)
    assert [row.state for row in rows] == ["failed", "complete", "complete"]
    assert rows[0].params == rows[1].params


@pytest.mark.parametrize(("error", "goes_on"), [(BadInput("diverged"), True), (CannotWrite("full"), False)])
def test_a_refused_trial_counts_and_a_full_disk_ends_the_search(
    tmp_path: Path, error: Exception, goes_on: bool
) -> None:
    def fails(*given: Any) -> Evaluated:
        raise error

    if goes_on:
        assert {(row.state, row.reason) for row in searched(tmp_path, 3, fails)} == {("stopped", "diverged")}
        return
    with pytest.raises(CannotWrite):
        searched(tmp_path, 3, fails)


def test_a_figure_that_cannot_be_measured_refuses_the_trial(tmp_path: Path) -> None:
    def unknown(*given: Any) -> Evaluated:
        found = formula(*given)
        found.figures["rejection"] = None
        return found

    (row,) = searched(tmp_path, 1, unknown, objectives=("rejection", "lut"))
    assert (row.state, row.figures) == ("stopped", {})
    assert "rejection cannot be measured" in row.reason


def test_poor_starts_are_stopped(tmp_path: Path) -> None:
    calls: list[int] = []

    def poor(*given: Any) -> Evaluated:
        calls.append(1)
        given[4]("float", {"epoch": 0, "auc": 0.9})
        given[4]("float", {"epoch": 1, "auc": 0.5 if len(calls) > 8 else 0.95})
        return formula(*given[:4], lambda fit, record: None)

    own = started(tmp_path, space=Space.model_validate(SPACE | {"pruning": {"alike": []}}), sampler="random")
    work(Work(tmp_path, tmp_path, 10), run=poor)
    rows = rows_of(stored.open_study(tmp_path, own), own)
    assert {row.state for row in rows[:8]} == {"complete"}
    assert [row.state for row in rows[8:]] == ["stopped"] * 2
    assert rows[8].reason.startswith("AUC 0.9000 after epoch 1, more than 0.01 below the median 0.9500")


def test_a_configuration_is_run_once(tmp_path: Path) -> None:
    own = started(tmp_path)
    study = stored.open_study(tmp_path, own)
    start = {"hidden": 2, "bits.weight": 3, "constituents": 3, "input.form": "log", "hardware.ii": 1}
    for _ in range(2):
        study.enqueue_trial(start)
    rows = searched(tmp_path, 2)
    assert [row.state for row in rows] == ["complete", "stopped"]
    assert rows[1].reason == "it is the configuration of trial 0"
