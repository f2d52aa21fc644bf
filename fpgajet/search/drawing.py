"""Configurations of a space: drawn at random, or asked of a trial."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fpgajet.search.parameters import Parameter, Value
from fpgajet.search.space import Space

if TYPE_CHECKING:
    from optuna.trial import Trial


def drawn(space: Space, seed: int, given: Mapping[str, Value]) -> dict[str, Value]:
    """A configuration: ``given`` where the axis exists, all else drawn uniformly."""
    rng = random.Random(seed)
    found: dict[str, Value] = {}
    needed = _needed(space, given)
    for name, axis in space.axes.items():
        value = given.get(name, needed.get(name, _value(axis, rng)))
        if axis.exists(found):
            found[name] = value
    return found


def _needed(space: Space, given: Mapping[str, Value]) -> dict[str, Value]:
    """Values of other axes with which the given ones exist."""
    found: dict[str, Value] = {}
    names = list(given)
    while names:
        for other, values in space.axes[names.pop()].when.items():
            found[other] = values[0]
            names.append(other)
    return found


def _value(axis: Parameter, rng: random.Random) -> Value:
    if axis.low is None or axis.high is None:
        return rng.choice(axis.values)
    step = axis.step or (1 if axis.whole else None)
    if step is None:
        return rng.uniform(axis.low, axis.high)
    return axis.low + step * rng.randint(0, int((axis.high - axis.low) / step + 1e-9))


def asked(space: Space, trial: Trial) -> dict[str, Any]:
    """The configuration that the study's sampler suggests for a trial."""
    found: dict[str, Any] = {}
    for name, axis in space.axes.items():
        if axis.exists(found):
            found[name] = _asked(name, axis, trial)
    return found


def _asked(name: str, axis: Parameter, trial: Trial) -> Any:
    if axis.low is None or axis.high is None:
        return trial.suggest_categorical(name, axis.values)
    if axis.whole:
        return trial.suggest_int(name, int(axis.low), int(axis.high), step=int(axis.step or 1), log=axis.log)
    return trial.suggest_float(name, axis.low, axis.high, step=axis.step, log=axis.log)
