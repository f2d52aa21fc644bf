"""A whole search: its directory, what it begins with, its workers, and the final training of the best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fpgajet.executor import Place
from fpgajet.search.claims import Claims
from fpgajet.search.evaluation import TRIAL, evaluated
from fpgajet.search.results import Row, best, rows_of
from fpgajet.search.search_settings import SearchSettings, claim
from fpgajet.search.study import enqueue, open_study
from fpgajet.search.warm_starts import warm_starts
from fpgajet.search.worker import Work
from fpgajet.search.workers import run_workers
from quant.training.records import epoch_line

FINISHED = "finished"


@dataclass(frozen=True)
class Searched:
    """What a search has found so far.

    Attributes:
        settings: of the search. rows: its trials. finished: run directories of those that were trained to the end.
    """

    settings: SearchSettings
    rows: list[Row]
    finished: list[Path]


def search(
    given: Work,
    settings: SearchSettings,
    *,
    place: Place,
    finish: int,
    say: Callable[[str], None],
) -> Searched:
    """Start a search, or go on with it, until it has ``given.trials`` trials.

    Args:
        place: where trials run. finish: so many of the best are trained to the end, here. say: called with plain lines.

    Raises:
        BadInput: the directory holds another search, or unusable jets. CannotWrite: it cannot be written.
        ToolFailed: a worker ended early. MissingTool: Dask is not installed.
    """
    settings = claim(given.out, settings)
    study = open_study(given.out, settings, given.storage)
    starts = warm_starts(settings)
    with Claims(given.out).asking():
        added = enqueue(study, settings.space, list(starts.values()))
    if added:
        say(f"begins with {', '.join(starts)}")
    run_workers(given, place, say)
    rows = rows_of(study, settings)
    return Searched(
        settings, rows, _finish(given, settings, best(rows, finish, settings), say) if finish else []
    )


def _finish(given: Work, settings: SearchSettings, rows: list[Row], say: Callable[[str], None]) -> list[Path]:
    """Train these to the end, each in a run directory of its own."""
    found = []
    with Claims(given.out).finishing() as alone:
        if not alone:
            say("another search trains the best to the end")
            return []
        for row in rows:
            run = given.out / FINISHED / row.run
            if not (run / TRIAL).is_file():
                say(f"trains trial {row.number} to the end")
                evaluated(
                    settings, row.params, given.data, run, lambda fit, record: say(epoch_line(fit, record)),
                    finish=True,
                )  # fmt: skip
            found.append(run)
    return found
