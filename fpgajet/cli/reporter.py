"""How the command line shows a build: moving lines on a terminal, plain ones in a log."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.status import Status

from fpgajet.cli.output import messages
from fpgajet.pipeline.reporter import Plain, Reporter


def reporter() -> Reporter:
    """What fits standard error: :class:`Terminal`, or :class:`Plain` where it is a file or a pipe."""
    return Terminal(messages) if messages.is_terminal else Plain()


class Terminal:
    """Coloured lines, a spinner while a stage runs, and a bar once it counts events."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def started(self, stage: str) -> None:
        self._stop()
        self._status = self._console.status(f"{stage} ...")
        self._status.start()

    def finished(self, stage: str, outcome: str, seconds: float) -> None:
        self._stop()
        self._print(f"[green]+[/] {stage:<12} {escape(outcome)} [dim]({seconds:.1f} s)[/]")

    def skipped(self, stage: str, outcome: str) -> None:
        self._stop()
        self._print(f"[dim]=[/] {stage:<12} {escape(outcome)} [dim](unchanged)[/]")

    def stopped(self, stage: str) -> None:
        self._stop()

    def note(self, subject: str, text: str) -> None:
        self._print(f"- {subject:<12} {escape(text)}")

    def line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, style="dim")

    def advance(self, events: int, total: int) -> None:
        if self._bar is None:
            self._stop()
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("events"), TimeRemainingColumn())
            text = TextColumn("  comparing implementations")
            self._bar = Progress(text, *columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=total)
            self._bar.start()
        assert self._task is not None
        self._bar.advance(self._task, events)

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def _stop(self) -> None:
        for shown in (self._status, self._bar):
            if shown is not None:
                shown.stop()
        self._status = self._bar = None
