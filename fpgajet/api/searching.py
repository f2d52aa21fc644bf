"""``fpgajet.search``: the best tagger for a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import require_extra

if TYPE_CHECKING:
    from fpgajet.pipeline.reporter import Reporter
    from fpgajet.search.results import Row
    from fpgajet.search.search_settings import SearchSettings


@dataclass(frozen=True, repr=False)
class Searched:
    """What a search has found so far.

    Attributes:
        directory: of the search. settings: everything that decides its outcome.
        trials: all that were begun, with their values and figures. finished: run directories of those that were
            trained to the end.
    """

    directory: Path
    settings: SearchSettings
    trials: tuple[Row, ...]
    finished: tuple[Path, ...]

    @property
    def front(self) -> tuple[Row, ...]:
        """Trials that no other beats in all objectives, the best by the first one first."""
        from fpgajet.search.results import best

        return tuple(best(self.trials, len(self.trials), self.settings))

    def run_of(self, trial: Row) -> Path:
        """The run directory of a trial, which ``build`` and ``estimate`` take as a model."""
        return self.directory / "trials" / trial.run

    def as_dict(self) -> dict[str, Any]:
        """What ``fpgajet search --json`` prints."""
        from fpgajet.search.results import document

        return document(self.settings, self.trials) | {"finished": [str(path) for path in self.finished]}

    def __repr__(self) -> str:
        return f"<search {self.settings.study}: {len(self.trials)} trials, {len(self.front)} on the front>"

    def _repr_html_(self) -> str:
        """A table of the front."""
        from fpgajet.report.fragment import fragment, framed, height_of
        from fpgajet.search.report import front_table

        tables = {"Trials on the front": front_table(self.front)}
        text = f"{len(self.trials)} trials in {self.directory}; hardware figures are estimates for {self.settings.part}"
        return framed(fragment(f"Search {self.settings.study}", text, tables), height_of(tables))


def search(
    data: Path | str,
    out: Path | str,
    *,
    family: str | None = None,
    space: Path | str | None = None,
    trials: int = 100,
    objectives: Sequence[str] | str = ("auc", "lut", "latency"),
    sampler: str = "tpe",
    seed: int = 0,
    budget: Path | str | None = None,
    part: str | None = None,
    clock_mhz: float | None = None,
    ii: int = 1,
    strict: bool = False,
    min_auc: float | None = None,
    max_jets: int | None = None,
    workers: int = 1,
    cluster: str | None = None,
    finish: int = 0,
    storage: str | None = None,
    reporter: Reporter | None = None,
) -> Searched:
    """Search over architecture, bits and hardware, or go on with the search in ``out``, until it has enough trials.

    >>> found = search(data, work / "search", space=space, trials=1, sampler="random", objectives=["auc", "lut"])
    >>> [trial.state for trial in found.trials]
    ['complete']

    Args:
        data: directory with train, val and test jets. out: directory of the search.
        family: whose shipped space is searched. space: TOML file of a space of your own.
        trials: finished ones that the study is to have in all.
        objectives: names, or one text with commas; the first one ranks.
        sampler: tpe, nsga2 or random. seed: of the sampler.
        budget: preset or TOML file. part, clock_mhz: default: the budget's. ii: clocks between two jets, where the
            space has no such axis. strict: a marginal verdict is infeasible too. min_auc: physics floor.
        max_jets: trials use only the first training jets.
        workers, cluster: where trials run, see :class:`fpgajet.executor.Place`; more than one worker needs a script
            that begins under ``if __name__ == "__main__"``.
        finish: so many of the best are trained to the end. storage: URL of a database for Optuna.
        reporter: hears a line for every trial, see :class:`fpgajet.pipeline.reporter.Reporter`.

    Raises:
        BadInput: unusable jets or settings, or ``out`` holds another search. MissingTool: torch, brevitas or optuna is
            not installed. CannotWrite: ``out`` cannot be written. ToolFailed: a worker ended early.
    """
    require_extra("torch", "brevitas", "optuna")
    from fpgajet.executor import Place
    from fpgajet.search.run import search as run
    from fpgajet.search.search_settings import new_settings
    from fpgajet.search.worker import Work

    directory, jets = Path(out), Path(data)
    names = objectives if isinstance(objectives, str) else ",".join(objectives)
    settings = new_settings(
        directory.resolve().name, jets, family=family, space=None if space is None else Path(space),
        objectives=names, sampler=sampler, seed=seed, slot=budget, device=part, clock_mhz=clock_mhz, ii=ii,
        strict=strict, min_auc=min_auc, max_jets=max_jets,
    )  # fmt: skip
    found = run(
        Work(directory, jets, trials, storage), settings, place=Place(workers, cluster), finish=finish,
        say=(lambda line: None) if reporter is None else reporter.line,
    )  # fmt: skip
    return Searched(directory, found.settings, tuple(found.rows), tuple(found.finished))
