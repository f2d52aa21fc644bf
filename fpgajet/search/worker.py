"""One process that works on a study: asks for a trial, runs it, tells what came of it, until there are enough."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet import signals
from fpgajet.errors import BadInput
from fpgajet.search import study as stored
from fpgajet.search.claims import Claims
from fpgajet.search.drawing import asked
from fpgajet.search.objectives import Figures
from fpgajet.search.outcome import Evaluated
from fpgajet.search.parameters import Params
from fpgajet.search.pruning import Earlier, stops
from fpgajet.search.search_settings import SearchSettings, read_search

if TYPE_CHECKING:
    from optuna import Study, Trial

TRIALS = "trials"
#: what runs a configuration: see :func:`fpgajet.search.evaluation.evaluated`
Run = Callable[[SearchSettings, Params, Path, Path, Callable[[str, dict[str, Any]], None]], Evaluated]


class Stopped(Exception):
    """A trial is stopped in an early epoch; the message says why."""


@dataclass
class Work:
    """What a worker needs to know; everything can be sent to another process.

    Attributes:
        out: directory of the search, seen by all workers. data: directory with the jets. trials: as many finished ones
            the study is to have. storage: URL, or None for the journal.
        owner: see :meth:`Claims.owning`; without one, the worker is its own.
    """

    out: Path
    data: Path
    trials: int
    storage: str | None = field(default=None, repr=False)  # may hold a password
    owner: str = ""


def work(given: Work, say: Callable[[str], None] = lambda line: None, run: Run | None = None) -> int:
    """Work until the study has enough trials; returns how many this process has finished.

    Raises:
        BadInput: unusable jets or storage. CannotWrite: the directory cannot be written.
        KeyboardInterrupt: a signal came; the trial in hand is in the queue again.
    """
    settings = read_search(given.out)
    study = stored.open_study(given.out, settings, given.storage)
    claims, done = Claims(given.out), 0
    while True:
        with claims.asking(), signals.held():
            for number in stored.recover(study, claims):
                say(f"trial {number}: its process was killed; it is begun again")
            if given.owner and not claims.owned(given.owner):
                return done
            if len(stored.finished(study)) + len(stored.running(study)) >= given.trials:
                return done
            trial = stored.ask(study, settings)
            claim = claims.hold(trial.number)
        with claim:
            _finish(given, settings, study, trial, say, run or _evaluated())
        done += 1


def _evaluated() -> Run:
    """The real thing, which needs torch."""
    from fpgajet.search.evaluation import evaluated

    return evaluated


def _finish(
    given: Work, settings: SearchSettings, study: Study, trial: Trial, say: Callable[[str], None], run: Run
) -> None:
    """Run a trial and tell the study what came of it."""
    from optuna.trial import TrialState

    begun = time.monotonic()
    try:
        params = asked(settings.space, trial)
        _refuse_twin(study, params)
        folder = trial.user_attrs.get(stored.RUN, stored.run_name(trial.number))
        trial.set_user_attr(stored.RUN, folder)
        watch = _Watch(settings, study, trial, params)
        found = run(settings, params, given.data, given.out / TRIALS / folder, watch)
        values = _values(settings, found.figures)
    except (Stopped, BadInput) as error:
        trial.set_user_attr(stored.REFUSED, str(error))
        study.tell(trial, state=TrialState.PRUNED)
        say(f"trial {trial.number}: {'stopped' if isinstance(error, Stopped) else 'refused'}: {error}")
        return
    except BaseException:  # a signal, a full disk or a fault: another process may go on with it
        with signals.held():
            stored.give_up(study, study.trials[trial.number])
        raise
    trial.set_user_attr(stored.FIGURES, found.figures)
    trial.set_user_attr(stored.VERDICT, found.verdict)
    for name, excess in found.constraints.items():
        trial.set_constraint(name, excess)
    study.tell(trial, values)
    say(f"trial {trial.number}: {_line(found)}, {time.monotonic() - begun:.0f} s")


def _refuse_twin(study: Study, params: Params) -> None:
    """Training is a function of its settings: a configuration need not be run twice."""
    for other in stored.finished(study):
        if other.values and other.params == params:
            raise Stopped(f"it is the configuration of trial {other.number}")


def _values(settings: SearchSettings, figures: Figures) -> list[float]:
    """Values of the objectives.

    Raises:
        BadInput: one of them could not be measured.
    """
    values = []
    for name in settings.objectives:
        value = figures[name]
        if value is None:
            raise BadInput(
                f"{name} cannot be measured: too few background jets pass. Use more validation jets."
            )
        values.append(value)
    return values


def _line(found: Evaluated) -> str:
    figures = found.figures
    return (
        f"AUC {figures['auc']:.4f}, {figures['lut']:,.0f} LUT, {figures['latency']:.1f} ns, II {figures['ii']:g}, "
        f"{found.verdict}"
    )


def tell(line: str) -> None:
    """One whole line on standard error."""
    os.write(2, f"{line}\n".encode("utf-8", "backslashreplace"))


class _Watch:
    """Hears of the epochs of a trial, and stops it where its start is poor."""

    def __init__(self, settings: SearchSettings, study: Study, trial: Trial, params: Params) -> None:
        self.settings, self.study, self.trial, self.params = settings, study, trial, params
        self.aucs: list[float] = []

    def __call__(self, fit: str, record: dict[str, Any]) -> None:
        if not fit.startswith("float"):
            return
        self.aucs.append(max([record["auc"], *self.aucs[-1:]]))
        reason = stops(self.settings.space.pruning, self.params, self.aucs, self.earlier())
        if reason is not None:
            raise Stopped(reason)
        self.trial.set_user_attr(stored.EARLY, self.aucs)

    def earlier(self) -> list[Earlier]:
        """Complete trials, and how their AUC rose."""
        return [
            (t.params, t.user_attrs.get(stored.EARLY, [])) for t in stored.finished(self.study) if t.values
        ]
