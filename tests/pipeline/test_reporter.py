"""Who hears of a build: nobody, a log, or a terminal."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from fpgajet.cli.reporter import Terminal
from fpgajet.pipeline.record import Record, Stage
from fpgajet.pipeline.reporter import HEARTBEAT_S, Plain, Reporter, Silent, reported
from tests.pipeline.contexts import Remembering


def speak(reporter: Reporter) -> None:
    reporter.started("model")
    reporter.advance(20, 100)
    reporter.finished("model", "a [network]", 1.25)
    reporter.started("csim")
    reporter.skipped("csim", "library.so")
    reporter.note("rtl", "left out [rtl]")
    reporter.line("a tool's line")


SPOKEN = [
    "+ model        a [network] (1.2 s)",
    "= csim         library.so (unchanged)",
    "- rtl          left out [rtl]",
    "a tool's line",
]


def test_a_log_gets_plain_lines() -> None:
    log = io.StringIO()
    speak(Plain(log))
    assert log.getvalue().splitlines() == SPOKEN


def test_a_terminal_shows_the_same_and_keeps_brackets() -> None:
    screen = io.StringIO()
    speak(Terminal(Console(file=screen, width=200)))
    assert [line.rstrip() for line in screen.getvalue().splitlines() if line.strip()] == SPOKEN


def test_silence(capfd: pytest.CaptureFixture[str]) -> None:
    speak(Silent())
    assert capfd.readouterr() == ("", "")


def test_a_log_shows_that_long_work_is_alive() -> None:
    assert HEARTBEAT_S <= 10
    log = io.StringIO()
    reporter = Plain(log, heartbeat_s=0.01)
    reporter.started("certificate")
    reporter.advance(2000, 70_000)
    while log.getvalue().count("\n") < 2:
        time.sleep(0.005)
    reporter.stopped("certificate")
    said = log.getvalue()
    assert "certificate  still running after 0 s, 2,000 of 70,000 events" in said
    time.sleep(0.05)
    assert log.getvalue().count("\n") <= said.count("\n") + 1, "it must end with the stage"


def test_a_stage_that_fails_is_stopped() -> None:
    reporter = Remembering()
    with pytest.raises(KeyboardInterrupt), reported(reporter, "csim"):
        raise KeyboardInterrupt
    assert reporter.heard == [("started", "csim"), ("stopped", "csim")]


def test_a_record_tells_what_ran_and_what_was_up_to_date(tmp_path) -> None:
    def run() -> str:
        (tmp_path / "made").write_text("x")
        return "made it"

    stage, reporter = Stage("making", {"a": 1}, ("made",), run, code=("fpgajet.files",)), Remembering()
    for _ in range(2):
        Record(tmp_path).perform(stage, reporter)
    assert [what for what, _ in reporter.heard] == [
        "started", "finished", "stopped", "started", "skipped", "stopped",
    ]  # fmt: skip
    Record(tmp_path).perform(Stage("making", {"a": 2}, ("made",), run, code=("fpgajet.files",)), reporter)
    assert ("finished", "making") in reporter.heard[6:], "it reads something else"
