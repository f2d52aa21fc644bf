"""Statistical errors of metrics, from the jets that they are measured on, and of differences on the same jets.

Every metric is, to first order, a mean over signal jets plus a mean over background jets of one contribution
per jet. Its variance is the sum of the two variances of the mean. For the AUC the contributions are the
structural components of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837, a tie counting one half;
for the accuracy they give the binomial error of a sample with a fixed number of jets of each class. For the
background efficiency at a fixed signal efficiency they give the binomial error of the background, and in
quadrature what the error of the signal efficiency amounts to along the ROC curve (Hsieh and Turnbull, Ann.
Statist. 24 (1996) 25, eq. 2.1). Two taggers on the same jets share most of their fluctuations, so the error of
their difference comes from the differences of the contributions. Errors are one standard deviation, and say
nothing of training: another seed moves a metric too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quant.metrics.roc import Real, background_efficiency, checked, roc_curve


@dataclass(frozen=True)
class Contributions:
    """What each jet contributes to a metric, up to a constant per class.

    Attributes:
        signal: [signal jets]. background: [background jets]. Both in the order of the jets.
    """

    signal: Real
    background: Real

    def error(self) -> float | None:
        """Standard deviation of the metric; None with fewer than two jets of a class."""
        if min(len(self.signal), len(self.background)) < 2:
            return None
        variance = sum(float(c.var(ddof=1)) / len(c) for c in (self.signal, self.background))
        return math.sqrt(variance)

    def minus(self, other: Contributions) -> Contributions:
        """Of the difference of two metrics on the same jets."""
        return Contributions(self.signal - other.signal, self.background - other.background)


Measure = Callable[[ArrayLike, ArrayLike], Contributions | None]


def accuracy_contributions(label: ArrayLike, score: ArrayLike) -> Contributions:
    """Whether each jet is classified correctly (top if score > 0), weighted by its class's share of the jets."""
    y, s = checked(label, score)
    correct = ((s > 0) == (y == 1)).astype(np.float64)
    share = float(np.mean(y))
    return Contributions(correct[y == 1] * share, correct[y == 0] * (1.0 - share))


def auc_contributions(label: ArrayLike, score: ArrayLike) -> Contributions:
    """For each jet the share of jets of the other class that it is in order with; a tie counts one half."""
    y, s = checked(label, score)
    signal, background = s[y == 1], s[y == 0]
    return Contributions(_share_below(signal, background), 1.0 - _share_below(background, signal))


def _share_below(values: Real, others: Real) -> Real:
    """For each value the share of ``others`` below it, ties one half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    share: Real = below / (2.0 * len(others))
    return share


def rejection_contributions(at: float) -> Measure:
    """Contributions to 1 / background efficiency at signal efficiency ``at``; None if no background passes."""

    def measure(label: ArrayLike, score: ArrayLike) -> Contributions | None:
        y, s = checked(label, score)
        background, signal = roc_curve(y, s)
        efficiency = background_efficiency(background, signal, at)
        if efficiency == 0:
            return None
        accepted = _acceptance(s, s[y == 1], at)
        slope = float(roc_slope(background, signal, np.array([at]), int(y.sum()))[0])
        scale = -1.0 / efficiency**2
        return Contributions(-scale * slope * accepted[y == 1], scale * accepted[y == 0])

    return measure


def _acceptance(scores: Real, signal: Real, at: float) -> Real:
    """Probability that each jet passes at signal efficiency ``at``: 0, 1, or between in the tied group there."""
    ordered = np.sort(signal)[::-1]
    threshold = ordered[max(math.ceil(at * len(ordered) - 1e-9) - 1, 0)]
    above, tied = (ordered > threshold).sum(), (ordered == threshold).sum()
    share = (at * len(ordered) - above) / tied
    accepted: Real = (scores > threshold) + share * (scores == threshold)
    return accepted


def roc_slope(background: Real, signal: Real, at: Real, jets: int) -> Real:
    """d eps_B / d eps_S at signal efficiencies ``at``, over one binomial standard deviation on each side.

    Args:
        background: background efficiencies of a ROC curve. signal: signal efficiencies, rising.
        jets: of signal.
    """
    step = np.maximum(np.sqrt(at * (1.0 - at) / jets), 1.0 / jets)
    low, high = np.maximum(at - step, 0.0), np.minimum(at + step, 1.0)
    slope: Real = (np.interp(high, signal, background) - np.interp(low, signal, background)) / (high - low)
    return slope


def background_errors(
    background: Real, signal: Real, jets: tuple[int, int], chosen: NDArray[np.int64]
) -> Real:
    """Error of the background efficiency at points of a ROC curve, at their signal efficiency.

    Args:
        background: background efficiencies of the curve. signal: signal efficiencies, rising.
        jets: of background and of signal.
        chosen: indices of the points.
    """
    b, s = background[chosen], signal[chosen]
    along = roc_slope(background, signal, s, jets[1])
    error: Real = np.sqrt(b * (1.0 - b) / jets[0] + along**2 * s * (1.0 - s) / jets[1])
    return error
