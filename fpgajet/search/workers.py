"""The workers of a search, wherever they run: each asks the study for trials until there are enough."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from fpgajet.executor import Place, run_tasks
from fpgajet.search.claims import Claims
from fpgajet.search.worker import Run, Work, tell, work


def run_workers(given: Work, place: Place, say: Callable[[str], None], run: Run | None = None) -> None:
    """Work until the study has enough trials.

    On a cluster no worker can be stopped: each asks before a trial whether this process still lives.

    Raises:
        ToolFailed: a worker ended before that; the trials of the others are kept. BadInput: there is no such cluster.
        MissingTool: Dask is not installed.
    """
    with contextlib.ExitStack() as stack:
        if place.cluster is not None:
            say(place.words)
            given = replace(given, owner=stack.enter_context(Claims(given.out).owning()))
        run_tasks(_worker, [(given, run)] * place.workers, place, told=say, keep_going=True)


def _worker(task: tuple[Work, Run | None], say: Callable[[str], None]) -> int:
    """One worker; the log of a job gets its lines too."""
    given, run = task

    def both(line: str) -> None:
        tell(line)
        say(line)

    return work(given, both if given.owner else say, run)
