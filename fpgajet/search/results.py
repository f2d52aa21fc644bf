"""The trials of a study as rows, and which of them are best."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.files import write_text
from fpgajet.search import study as stored
from fpgajet.search.objectives import Figures, objectives_of, pareto_front
from fpgajet.search.search_settings import SearchSettings

if TYPE_CHECKING:
    from optuna import Study


@dataclass(frozen=True)
class Row:
    """One trial.

    Attributes:
        number: in the study. state: complete, stopped, failed or running. run: name of its run directory.
        params: values of its axes. figures: see :mod:`fpgajet.search.evaluation`; empty unless complete.
        verdict: pass, marginal or fail; empty unless complete. feasible: whether budget and physics floor are kept.
        front: whether no other feasible trial is better. reason: why it was stopped or refused.
    """

    number: int
    state: str
    run: str
    params: dict[str, Any]
    figures: Figures
    verdict: str
    feasible: bool
    front: bool
    reason: str

    def values(self, names: Sequence[str]) -> list[float]:
        """Figures that are known of every complete trial."""
        return [float(self.figures[name] or 0.0) for name in names]


def rows_of(study: Study, settings: SearchSettings) -> list[Row]:
    """All trials that were begun, in order."""
    from optuna.trial import TrialState

    states = {
        TrialState.COMPLETE: "complete", TrialState.PRUNED: "stopped", TrialState.FAIL: "failed",
        TrialState.RUNNING: "running",
    }  # fmt: skip
    trials = [trial for trial in study.get_trials(deepcopy=False) if trial.state in states]
    fit = [
        t for t in trials if t.state is TrialState.COMPLETE and all(x <= 0 for x in t.constraints.values())
    ]
    values = [[float(value) for value in t.values] for t in fit]
    best_of = pareto_front(values, objectives_of(settings.objectives))
    feasible, front = {t.number for t in fit}, {fit[index].number for index in best_of}
    return [
        Row(
            number=t.number,
            state=states[t.state],
            run=t.user_attrs.get(stored.RUN, ""),
            params=dict(t.params),
            figures=t.user_attrs.get(stored.FIGURES, {}) if t.state is TrialState.COMPLETE else {},
            verdict=t.user_attrs.get(stored.VERDICT, ""),
            feasible=t.number in feasible,
            front=t.number in front,
            reason=t.user_attrs.get(stored.REFUSED, ""),
        )
        for t in trials
    ]


def best(rows: Sequence[Row], count: int, settings: SearchSettings) -> list[Row]:
    """The first rows of the front by the first objective."""
    first = objectives_of(settings.objectives)[0]
    front = [row for row in rows if row.front]
    return sorted(front, key=lambda row: row.values([first.name])[0], reverse=first.larger)[:count]


def document(settings: SearchSettings, rows: Sequence[Row]) -> dict[str, Any]:
    """What was asked for, how many trials there are, and the front."""
    return {
        "study": settings.study,
        "objectives": list(settings.objectives),
        "budget": settings.budget.name,
        "part": settings.part,
        "trials": dict(Counter(row.state for row in rows)),
        "feasible": sum(row.feasible for row in rows),
        "front": [asdict(row) for row in rows if row.front],
    }


def write_csv(path: Path, rows: Sequence[Row], command: str) -> None:
    """All trials as a table, behind a first comment line with the command that makes it."""
    params = list(dict.fromkeys(name for row in rows for name in row.params))
    figures = list(dict.fromkeys(name for row in rows for name in row.figures))
    text = io.StringIO()
    text.write(f"# {command}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "state", "verdict", "feasible", "front", *figures, *params, "run", "reason"])
    for row in rows:
        values = [_short(row.figures.get(name)) for name in figures]
        chosen = [row.params.get(name, "") for name in params]
        flags = [str(row.feasible).lower(), str(row.front).lower()]
        writer.writerow([row.number, row.state, row.verdict, *flags, *values, *chosen, row.run, row.reason])
    write_text(path, text.getvalue())


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.7g}"
