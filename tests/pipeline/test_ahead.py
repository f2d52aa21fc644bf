"""Stages that begin before it is their turn."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from fpgajet.errors import ToolFailed
from fpgajet.pipeline.ahead import Ahead
from fpgajet.pipeline.record import Record, Stage
from fpgajet.processes import run
from tests.pipeline.contexts import Remembering


def stage_of(work, reads: int = 1) -> Stage:
    return Stage("making", {"a": reads}, ("made",), work, code=("fpgajet.files",))


def test_a_stage_begun_ahead_runs_once_on_another_thread_and_is_recorded_in_its_place(tmp_path: Path) -> None:
    threads = []

    def work() -> str:
        threads.append(threading.current_thread())
        (tmp_path / "made").write_text("x")
        return "made it"

    record, reporter = Record(tmp_path), Remembering()
    with Ahead() as ahead:
        record.begin(stage_of(work), ahead)
        record.begin(stage_of(work), ahead)
        assert "making" not in Record(tmp_path).stages
        assert record.perform(stage_of(work), reporter, ahead)
        record.begin(stage_of(work), ahead)  # up to date
        assert not record.perform(stage_of(work), reporter, ahead)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    assert Record(tmp_path).stages["making"]["outcome"] == "made it"
    assert [what for what, _ in reporter.heard].count("finished") == 1


def test_a_stage_that_begins_is_no_longer_up_to_date(tmp_path: Path) -> None:
    def work() -> str:
        (tmp_path / "made").write_text("x")
        return ""

    Record(tmp_path).perform(stage_of(work), Remembering())
    assert "making" in Record(tmp_path).stages
    with Ahead() as ahead:
        Record(tmp_path).begin(stage_of(work, reads=2), ahead)
    assert "making" not in Record(tmp_path).stages


def test_what_the_work_raises_comes_where_its_result_is_needed(tmp_path: Path) -> None:
    def work() -> str:
        raise ToolFailed("no luck")

    record = Record(tmp_path)
    with Ahead() as ahead:
        record.begin(stage_of(work), ahead)
        with pytest.raises(ToolFailed, match="no luck"):
            record.perform(stage_of(work), Remembering(), ahead)
    assert "making" not in Record(tmp_path).stages


def test_an_interrupt_ends_the_programs_of_the_work_and_those_that_it_starts_then() -> None:
    begun = threading.Event()

    def work() -> str:
        command = [sys.executable, "-c", "import time; print('on', flush=True); time.sleep(600)"]
        statuses = [run(command, say=lambda line: begun.set()).status for _ in range(3)]
        return str(statuses)

    ahead = Ahead()

    def interrupted() -> None:
        with ahead:
            ahead.begin("work", work)
            assert begun.wait(60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ahead.finish("work", work).outcome == "[-9, -9, -9]"


def test_an_error_leaves_programs_alone() -> None:
    """They may belong to another build in this process."""
    ahead = Ahead()

    def failing() -> None:
        with ahead:
            ahead.begin("work", lambda: str(run([sys.executable, "-c", "print(1)"]).status))
            raise ToolFailed("no luck")

    with pytest.raises(ToolFailed):
        failing()
    assert ahead.finish("work", str).outcome == "0"
