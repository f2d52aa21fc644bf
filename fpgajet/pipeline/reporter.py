"""What the pipeline says while it works. The caller hands in who listens; the pipeline knows no terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

#: A plain log says something at least this often, so that nobody takes long work for a hung job.
HEARTBEAT_S = 10.0

#: Called with the number of events that were done since the last call.
Advance = Callable[[int], None]


class Reporter(Protocol):
    """Listens to a build. Every method returns at once and raises nothing."""

    def started(self, stage: str) -> None:
        """A stage runs."""

    def finished(self, stage: str, outcome: str, seconds: float) -> None:
        """The stage that was started last is done; ``outcome`` describes its result in words."""

    def skipped(self, stage: str, outcome: str) -> None:
        """The stage that was started last is up to date; ``outcome`` is that of its last run."""

    def stopped(self, stage: str) -> None:
        """The stage that was started last ended without an outcome: it raised, or it has nothing to say."""

    def note(self, subject: str, text: str) -> None:
        """Something a user should know: what is left out, or a warning. ``subject``: the flow it belongs to."""

    def line(self, text: str) -> None:
        """One line that a tool prints."""

    def advance(self, events: int, total: int) -> None:
        """``events`` more of ``total`` events are done in the running stage."""


class Silent:
    """The default of a library: says nothing."""

    def started(self, stage: str) -> None: ...

    def finished(self, stage: str, outcome: str, seconds: float) -> None: ...

    def skipped(self, stage: str, outcome: str) -> None: ...

    def stopped(self, stage: str) -> None: ...

    def note(self, subject: str, text: str) -> None: ...

    def line(self, text: str) -> None: ...

    def advance(self, events: int, total: int) -> None: ...


class Noting:
    """Passes everything on, and keeps what would be said again if all stages were up to date.

    Attributes:
        said: of a stage its name, an empty subject and its outcome; of a note no stage, its subject and its text. Notes
            of a running stage are not among them.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._running = False
        self.said: list[list[str]] = []

    def started(self, stage: str) -> None:
        self._running = True
        self._reporter.started(stage)

    def finished(self, stage: str, outcome: str, seconds: float) -> None:
        self.said.append([stage, "", outcome])
        self._reporter.finished(stage, outcome, seconds)

    def skipped(self, stage: str, outcome: str) -> None:
        self.said.append([stage, "", outcome])
        self._reporter.skipped(stage, outcome)

    def stopped(self, stage: str) -> None:
        self._running = False
        self._reporter.stopped(stage)

    def note(self, subject: str, text: str) -> None:
        if not self._running:
            self.said.append(["", subject, text])
        self._reporter.note(subject, text)

    def line(self, text: str) -> None:
        self._reporter.line(text)

    def advance(self, events: int, total: int) -> None:
        self._reporter.advance(events, total)


class Plain:
    """Lines without colour or movement, for the log of a batch job.

    Args:
        stream: where the lines go; standard error by default.
        heartbeat_s: longest silence in seconds while a stage runs.
    """

    def __init__(self, stream: TextIO | None = None, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._stream, self._heartbeat_s = stream or sys.stderr, heartbeat_s
        self._lock = threading.Lock()
        self._done: threading.Event | None = None
        self._events = (0, 0)

    def started(self, stage: str) -> None:
        self._stop()
        self._events, self._done = (0, 0), threading.Event()
        threading.Thread(target=self._beat, args=(stage, self._done), daemon=True).start()

    def finished(self, stage: str, outcome: str, seconds: float) -> None:
        self._stop()
        self._say(stage_line("+", stage, outcome, f"{seconds:.1f} s"))

    def skipped(self, stage: str, outcome: str) -> None:
        self._stop()
        self._say(stage_line("=", stage, outcome, "unchanged"))

    def stopped(self, stage: str) -> None:
        self._stop()

    def note(self, subject: str, text: str) -> None:
        self._say(f"- {subject:<12} {text}")

    def line(self, text: str) -> None:
        self._say(text)

    def advance(self, events: int, total: int) -> None:
        self._events = (self._events[0] + events, total)

    def _say(self, text: str) -> None:
        with self._lock:
            print(text, file=self._stream, flush=True)

    def _stop(self) -> None:
        if self._done is not None:
            self._done.set()
            self._done = None

    def _beat(self, stage: str, done: threading.Event) -> None:
        begun = time.monotonic()
        while not done.wait(self._heartbeat_s):
            events, total = self._events
            share = f", {events:,} of {total:,} events" if total else ""
            self._say(f"  {stage:<12} still running after {time.monotonic() - begun:.0f} s{share}")


def stage_line(mark: str, stage: str, outcome: str, time_: str) -> str:
    """The line of a stage: ``+`` it ran, ``=`` it was up to date."""
    return f"{mark} {stage:<12} {outcome} ({time_})"


@contextmanager
def reported(reporter: Reporter, stage: str) -> Iterator[None]:
    """Tell the reporter that work without an outcome in words begins and, whatever happens, ends."""
    reporter.started(stage)
    try:
        yield
    finally:  # after Ctrl-C too: a status line must not stay on the terminal
        reporter.stopped(stage)
