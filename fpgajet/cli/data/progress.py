"""The progress bar and the options that the commands of ``fpgajet data`` share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from fpgajet.cli import output
from fpgajet.pipeline.reporter import HEARTBEAT_S

Json = Annotated[bool, typer.Option("--json", help=output.JSON_HELP)]
JetPath = Annotated[Path, typer.Argument(help="Jet file, or a directory of them.", show_default=False)]


@contextmanager
def progress_bar(what: str, total: int | None, unit: str) -> Iterator[Any]:
    """A progress bar with rate and time left on standard error; yields ``update(done, total=None)``."""
    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.completed:,.0f}" + f" {unit}, " + "{task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    quiet = not output.messages.is_terminal
    with Progress(*columns, console=output.messages, transient=True, disable=quiet) as bar:
        task: TaskID = bar.add_task(what, total=total, rate=0.0)
        start: list[tuple[float, int]] = []
        spoke = [time.monotonic()]

        def update(done: int, new_total: int | None = None) -> None:
            now = time.monotonic()
            start.append((now, done)) if not start else None
            rate = (done - start[0][1]) / max(now - start[0][0], 1e-3)
            whole = total if new_total is None else new_total
            bar.update(task, completed=done, total=whole, rate=rate)
            if quiet and now - spoke[-1] >= HEARTBEAT_S:
                spoke[:] = [now]
                of = "" if whole is None else f" of {whole:,}"
                output.messages.print(f"  {what}: {done:,}{of} {unit}", markup=False, highlight=False)

        yield update


def names_of(option: str) -> tuple[str, ...]:
    """The names in a comma-separated option."""
    return tuple(name.strip() for name in option.split(",") if name.strip())
