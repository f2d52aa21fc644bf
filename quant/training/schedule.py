"""Learning rates over the steps of a fit. A schedule is a pure function of the step's number."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass


class Schedule(ABC):
    """A learning rate for every optimiser step."""

    @abstractmethod
    def rate(self, peak: float, step: int, steps: int, epochs: int) -> float:
        """The rate of step 0 ... ``steps`` - 1 of a fit of ``epochs`` epochs whose highest rate is ``peak``."""


@dataclass(frozen=True)
class Cosine(Schedule):
    """Linear warm-up over a share of the steps, then half a cosine that reaches 0 at the end."""

    warm_up: float

    def rate(self, peak: float, step: int, steps: int, epochs: int) -> float:
        warm = max(1, round(self.warm_up * steps))
        if step < warm:
            return peak * (step + 1) / warm
        return peak * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


@dataclass(frozen=True)
class Exponential(Schedule):
    """Linear warm-up, then decay by a factor per epoch (arXiv 2202.06941, table 1, "LR decay factor").

    Attributes:
        warm_up_epochs: of the linear warm-up. gamma: the factor per epoch.
    """

    warm_up_epochs: int
    gamma: float

    def rate(self, peak: float, step: int, steps: int, epochs: int) -> float:
        epoch = step * epochs / steps
        if epoch < self.warm_up_epochs:
            return peak * (step + 1) * epochs / (self.warm_up_epochs * steps)
        return float(peak * self.gamma ** (epoch - self.warm_up_epochs))


@dataclass(frozen=True)
class WarmRestarts(Schedule):
    """Linear warm-up, cosines with warm restarts, exponential decay (arXiv 2310.16121, section 4, after 2211.00454).

    The papers do not say where the decay begins. Here it begins at the peak, where the next restart would begin: a
    cosine that has just reached 0 leaves nothing to decay.

    Attributes:
        warm_up_epochs: of the linear warm-up.
        first_epochs: length T_0 of the first cosine. factor: T_mult, the growth from one cosine to the next.
        decay_epochs: of the exponential decay at the end. gamma: its factor per epoch.
    """

    warm_up_epochs: int
    first_epochs: int
    factor: int
    decay_epochs: int
    gamma: float

    def rate(self, peak: float, step: int, steps: int, epochs: int) -> float:
        per_epoch = steps / epochs
        if step < self.warm_up_epochs * per_epoch:
            return peak * (step + 1) / (self.warm_up_epochs * per_epoch)
        epoch = step / per_epoch
        if epoch >= epochs - self.decay_epochs:
            return float(peak * self.gamma ** (epoch - (epochs - self.decay_epochs)))
        since, length = epoch - self.warm_up_epochs, self.first_epochs
        while since >= length:
            since, length = since - length, length * self.factor
        return peak * 0.5 * (1 + math.cos(math.pi * since / length))
