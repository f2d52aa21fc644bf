"""Training of the float model: one seed with its restarts, or several seeds of which the best are summarised."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from quant.metrics.classes import metrics_of_scores
from quant.models.families import FAMILIES
from quant.models.loss import class_part
from quant.models.sample import Sample
from quant.models.training_settings import TrainingSettings
from quant.training.fit import Fit, OnEpoch, Tick, evaluate, no_tick
from quant.training.schedule import Cosine, Exponential, Schedule, WarmRestarts
from quant.training.state import FitState

#: metrics that are averaged over the best seeds
AVERAGED = ("accuracy", "auc", "inverse_background_efficiency_30")


@dataclass(frozen=True)
class TrainedSeed:
    """A float model, the seed that it was trained with, and its lowest validation loss."""

    seed: int
    model: nn.Module
    validation_loss: float


def trained_seeds(
    settings: TrainingSettings,
    jets: Sample,
    validation: Sample,
    directory: Path,
    report: OnEpoch,
    tick: Tick = no_tick,
    device: str = "cpu",
    start: Callable[[nn.Module], None] = lambda _: None,
) -> list[TrainedSeed]:
    """Float models of all seeds, that of the lowest validation loss first.

    Args:
        jets, validation: as a float model sees them, on ``device``.
        directory: of the states of the fits; with several seeds each has a folder of its own there.
        start: what is done to every new model first.
        report, tick: see :meth:`quant.training.fit.Fit.run`; with several seeds the names of fits end in the seed.
    """
    found = []
    for seed in range(settings.seed, settings.seed + settings.seeds):
        own, folder, suffix = settings.model_copy(update={"seed": seed}), directory, ""
        if settings.seeds > 1:
            folder, suffix = directory / f"seed-{seed}", f"-seed-{seed}"
        model, state = _best_restart(own, jets, validation, folder, report, tick, device, suffix, start)
        kept = FAMILIES[settings.model].trained(model.to("cpu"))
        found.append(TrainedSeed(seed, kept, state.best_figure("loss")))
    return sorted(found, key=lambda seed: seed.validation_loss)


def _best_restart(
    settings: TrainingSettings,
    jets: Sample,
    validation: Sample,
    directory: Path,
    report: OnEpoch,
    tick: Tick,
    device: str,
    suffix: str,
    start: Callable[[nn.Module], None],
) -> tuple[nn.Module, FitState]:
    """The best of several short restarts, trained to the end."""
    best_auc, winner, known = -1.0, None, {}
    few, rate = jets.first(settings.screen_jets), settings.float_rate
    for number in range(settings.restarts):
        candidate = new_model(settings, number)
        start(candidate)
        candidate = candidate.to(device)
        fit = fit_of(settings, f"screen-{number}{suffix}", settings.screen_epochs, rate)
        state = fit.run(candidate, few, validation, directory, report, tick)
        if (auc := state.best_figure()) > best_auc:
            best_auc, winner, known = auc, candidate, state.best_record(settings.keep)
    assert winner is not None
    fit = fit_of(settings, f"float{suffix}", settings.float_epochs, rate, schedule_of(settings))
    return winner, fit.run(winner, jets, validation, directory, report, tick, known=known)


def fit_of(
    settings: TrainingSettings, name: str, epochs: int, rate: float, schedule: Schedule | None = None
) -> Fit:
    """A fit with what all fits of a run share; without a ``schedule``, a cosine."""
    schedule = schedule or Cosine(settings.warm_up)
    weight = settings.teacher_weight or 0.0
    return Fit(name, epochs, rate, settings.batch, schedule, settings.seed, settings.keep, weight)


def schedule_of(settings: TrainingSettings) -> Schedule:
    """The learning-rate schedule of the float model."""
    if settings.schedule == "cosine":
        return Cosine(settings.warm_up)
    if settings.schedule == "exponential":
        return Exponential(settings.warm_up_epochs, settings.decay_gamma)
    return WarmRestarts(
        settings.warm_up_epochs,
        settings.restart_epochs,
        settings.restart_factor,
        settings.decay_epochs,
        settings.decay_gamma,
    )


def new_model(settings: TrainingSettings, number: int) -> nn.Module:
    """An untrained float model; its initial values depend on the seed and the restart's number only."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed * 1000 + number)
        return FAMILIES[settings.model].new_float(settings)


def summary(
    seeds: Sequence[TrainedSeed], best: int, test: Sample, classes: Sequence[str] = ()
) -> dict[str, Any]:
    """Metrics of the ``best`` seeds of lowest validation loss on test jets: each, their mean and their spread.

    Args:
        seeds: sorted by validation loss. test: as a float model sees the jets.

    Returns:
        JSON: ``seeds`` (one record per seed; those beyond ``best`` without metrics), ``mean`` and ``spread``, the
        sample standard deviation, which is null for a single seed.
    """
    records: list[dict[str, Any]] = []
    for rank, seed in enumerate(seeds):
        record: dict[str, Any] = {"seed": seed.seed, "validation_loss": seed.validation_loss}
        if rank < best:
            scores = class_part(evaluate(seed.model, test.momenta), test.label).numpy()
            found = metrics_of_scores(test.labels, scores, classes)
            record |= {name: found[name] for name in AVERAGED}
        records.append(record)
    columns = {name: [record[name] for record in records[:best]] for name in AVERAGED}
    known = {name: values for name, values in columns.items() if None not in values}
    return {
        "sample": test.name,
        "best": best,
        "mean": {name: statistics.fmean(values) for name, values in known.items()},
        "spread": {
            name: statistics.stdev(values) if len(values) > 1 else None for name, values in known.items()
        },
        "seeds": records,
    }
