"""The study of a search in Optuna: where it is stored, what samples it, and what becomes of killed trials."""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import BadInput, require_extra
from fpgajet.search.claims import Claims
from fpgajet.search.objectives import objectives_of
from fpgajet.search.search_settings import SearchSettings
from fpgajet.search.space import Space

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

JOURNAL = "journal.log"
#: attributes of trials
RUN, ATTEMPT, FIGURES, EARLY, REFUSED, VERDICT = "run", "attempt", "figures", "early", "refused", "verdict"
#: so often a trial is begun again that a killed process left behind
ATTEMPTS = 3
#: trials that are drawn at random before TPE begins
STARTUP = 16


def open_study(out: Path, settings: SearchSettings, storage: str | None = None) -> Study:
    """The study, made if need be.

    Args:
        storage: URL of a database, for Optuna; default: the journal in ``out``.

    Raises:
        BadInput: the storage cannot be used, or holds another study of that name.
        MissingTool: optuna is not installed.
    """
    require_extra("optuna")
    import optuna

    optuna.logging.set_verbosity(logging.WARNING)
    with _usable(storage):
        study = optuna.create_study(
            storage=_storage(out, storage),
            sampler=_sampler(settings, 0),
            study_name=settings.study,
            directions=[objective.direction for objective in objectives_of(settings.objectives)],
            load_if_exists=True,
        )
        with Claims(out).asking():
            known = study.user_attrs.get("identity")
            if known is None:
                study.set_user_attr("identity", settings.identity)
                study.set_metric_names(list(settings.objectives))
    if known not in (None, settings.identity):
        raise BadInput(
            f"the storage holds another study {settings.study!r}, which does not belong to {out}: choose another name "
            "of --out, or another --storage."
        )
    return study


def load_study(out: Path, settings: SearchSettings, storage: str | None = None) -> Study:
    """A study to be read.

    Raises:
        BadInput: there is none.
    """
    if storage is None and not (out / JOURNAL).is_file():
        raise BadInput(f"{out} has no {JOURNAL}: give the --storage of the search.")
    return open_study(out, settings, storage)


class _usable:
    """Failures of the storage become one sentence; what Optuna calls experimental is quiet."""

    def __init__(self, storage: str | None) -> None:
        self.storage = storage
        self.quiet = warnings.catch_warnings()

    def __enter__(self) -> None:
        from optuna.exceptions import ExperimentalWarning

        self.quiet.__enter__()
        warnings.simplefilter("ignore", ExperimentalWarning)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        self.quiet.__exit__(kind, error, trace)
        if error is None or isinstance(error, BadInput) or not isinstance(error, Exception):
            return
        from optuna.exceptions import OptunaError

        if self.storage is not None:  # a URL may hold a password, and so may the message
            raise BadInput(
                f"--storage cannot be used ({type(error).__name__}): give a URL of a database, as sqlite:///FILE or "
                "postgresql://HOST/NAME, with its driver installed."
            ) from None
        if isinstance(error, OptunaError | ValueError | KeyError):
            raise BadInput(
                f"the study cannot be read ({error}): the journal is damaged or of another search."
            ) from error


def _storage(out: Path, url: str | None) -> BaseStorage | str:
    if url is not None:
        return url
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(out / JOURNAL)))


def ask(study: Study, settings: SearchSettings) -> Trial:
    """The next trial. What is drawn depends on the seed and on how many were asked for, by whatever process.

    A trial that was begun again counts once: a killed worker does not change what the others draw.

    Only while :meth:`Claims.asking` is held.
    """
    from optuna.trial import TrialState

    trials = study.get_trials(deepcopy=False)
    begun = [t for t in trials if t.state is not TrialState.WAITING and ATTEMPT not in t.user_attrs]
    study.sampler = _sampler(settings, len(begun))
    return study.ask()


def _sampler(settings: SearchSettings, asked: int) -> BaseSampler:
    """The sampler of the next trial after ``asked`` others: a search that goes on must not draw the same again."""
    from optuna.samplers import NSGAIISampler, RandomSampler, TPESampler

    text = f"{settings.seed}/{asked}".encode()
    seed = int.from_bytes(hashlib.sha256(text).digest()[:4], "little")
    if settings.sampler == "random":
        return RandomSampler(seed=seed)
    if settings.sampler == "nsga2":
        return NSGAIISampler(seed=seed, population_size=20)
    return TPESampler(seed=seed, n_startup_trials=STARTUP)


def finished(study: Study) -> list[FrozenTrial]:
    """Trials that count: complete ones, and those that were stopped or refused."""
    from optuna.trial import TrialState

    found: list[FrozenTrial] = study.get_trials(
        deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)
    )
    return found


def running(study: Study) -> list[FrozenTrial]:
    """Trials that somebody works on, or that were killed."""
    from optuna.trial import TrialState

    found: list[FrozenTrial] = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    return found


def recover(study: Study, claims: Claims) -> list[int]:
    """Mark killed trials as failed and have each of them begun again, in its run directory; returns their numbers.

    Only while :meth:`Claims.asking` is held: between then and a claim, a trial runs that nobody holds.
    """
    found = [trial for trial in running(study) if not claims.held(trial.number)]
    for trial in found:
        give_up(study, trial)
    return [trial.number for trial in found]


def give_up(study: Study, trial: FrozenTrial) -> None:
    """Mark a trial as failed and, unless it was begun often enough, put its configuration in the queue."""
    from optuna.trial import TrialState

    study.tell(trial.number, state=TrialState.FAIL)
    attempt = int(trial.user_attrs.get(ATTEMPT, 1))
    if trial.params and attempt < ATTEMPTS:
        run = trial.user_attrs.get(RUN, run_name(trial.number))
        study.enqueue_trial(trial.params, user_attrs={RUN: run, ATTEMPT: attempt + 1})


def run_name(number: int) -> str:
    """Of the run directory of a trial."""
    return f"{number:05d}"


def enqueue(study: Study, space: Space, starts: Sequence[dict[str, Any]]) -> int:
    """Put configurations in the queue that the study has not had yet; returns how many."""
    before = len(study.get_trials(deepcopy=False))
    for start in starts:
        study.enqueue_trial(start, skip_if_exists=True)
    return len(study.get_trials(deepcopy=False)) - before
