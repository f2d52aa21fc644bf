"""What a user sees of a training run: bars on a terminal, lines elsewhere, and a log in the run's directory."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fpgajet.files import open_log, write_errors
from fpgajet.pipeline.reporter import HEARTBEAT_S
from quant.training.records import epoch_line


class TrainingProgress:
    """Reporter of a run: see ``report`` and ``tick`` of :meth:`quant.training.fit.Fit.run`.

    Args:
        console: standard error. log: file that a line an epoch is appended to.
        epochs: by phase (screen, float, quantised), how many epochs it has in all.
        heartbeat_s: longest silence in seconds where standard error is no terminal.
    """

    def __init__(
        self, console: Console, log: Path, epochs: dict[str, int], heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self.console, self.log, self.epochs, self.heartbeat_s = console, log, epochs, heartbeat_s
        self.spoke, self.ended, self.current = time.monotonic(), threading.Event(), "training"
        self.last = time.monotonic()
        self.tasks: dict[str, TaskID] = {}
        self.done = dict.fromkeys(epochs, 0)
        self.bars = Progress(
            TextColumn("{task.description:10}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self.bars.start()
        if not self.console.is_terminal:
            threading.Thread(target=self._beat, daemon=True).start()
        return self

    def _beat(self) -> None:
        """Where no bar moves, say something at least every ``heartbeat_s``: also while a calibration searches."""
        begun = time.monotonic()
        while not self.ended.wait(self.heartbeat_s / 4):
            if time.monotonic() - self.spoke >= self.heartbeat_s * 3 / 4:
                self._say(f"  {self.current} still running after {time.monotonic() - begun:.0f} s")

    def _say(self, line: str) -> None:
        self.spoke = time.monotonic()
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self.bars.stop()
        if kind is not None:
            self.write(f"stopped: {kind.__name__} {error or ''}".rstrip())

    def report(self, fit: str, record: dict[str, Any]) -> None:
        """An epoch is over."""
        now = time.monotonic()
        loss = record.get("loss", record["validation_loss"])
        line = f"{epoch_line(fit, record)}  {now - self.last:.1f} s"
        self.last = now
        self.write(line)
        if not self.console.is_terminal:
            self._say(line)
        phase = _phase(fit)
        if record["epoch"]:
            self.done[phase] = self.done.get(phase, 0) + 1
        self._show(phase, fit, float(self.done.get(phase, 0)), loss, record["auc"])

    def tick(self, fit: str, epoch: int, step: int, steps: int, loss: float) -> None:
        """Within an epoch."""
        self.current = f"{fit}, epoch {epoch}, step {step} of {steps},"
        phase = _phase(fit)
        self._show(phase, fit, self.done.get(phase, 0) + step / steps, loss, None)

    def _show(self, phase: str, fit: str, done: float, loss: float, auc: float | None) -> None:
        task = self._task(phase, "")
        shown = next(t for t in self.bars.tasks if t.id == task)
        best = shown.fields["auc"] if auc is None else auc
        # The scores of a teacher have no loss.
        numbers = fit if math.isnan(loss) else f"{fit}: loss {loss:.4f} AUC {best:.4f}"
        self.bars.update(task, completed=done, numbers=numbers, auc=best)

    def begin(self, phase: str, name: str) -> None:
        """A step of a phase begins; its fits count from nothing again."""
        self.current = name
        for fit in [key for key in self.tasks if key != phase]:
            self.bars.remove_task(self.tasks.pop(fit))
            self.done.pop(fit, None)
        self._task(phase, name)
        if not self.console.is_terminal:
            self._say(name)

    def advance(self, phase: str) -> None:
        """A step of a phase is done."""
        self.bars.advance(self._task(phase, ""))

    def _task(self, phase: str, numbers: str) -> TaskID:
        if phase not in self.tasks:
            self.tasks[phase] = self.bars.add_task(phase, total=self.epochs.get(phase), numbers="", auc=0.0)
        if numbers:
            self.bars.update(self.tasks[phase], numbers=numbers)
        return self.tasks[phase]

    def write(self, line: str) -> None:
        """One line in the log, with the time.

        Raises:
            CannotWrite: the log cannot be written.
        """
        with write_errors(self.log), open_log(self.log, append=True) as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {line}\n")


def _phase(fit: str) -> str:
    """The bar of a fit, the first word of its name: all screened networks share one bar, as do all seeds."""
    return fit.partition("-")[0]
