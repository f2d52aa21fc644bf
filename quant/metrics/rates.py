"""Trigger rates: how many background jets per second a threshold on the score accepts.

The rate of a process with cross section sigma is L sigma, and a tagger that accepts the share eps_B of its jets leaves
L sigma eps_B. L is the instantaneous luminosity. The default is the ultimate one of the HL-LHC, 7.5e34 per cm2 and s,
at which a bunch crossing has 200 interactions on average (CMS-TDR-021, chapter 1). A trigger decides once per
crossing, and bunches cross at most f = 2760 x 11.2455 kHz = 31.0 MHz (HL-LHC filling scheme of CERN-2020-010). With
on average m = L sigma / f selected jets per crossing, the rate of crossings with at least one is f (1 - exp(-m)): it
is L sigma as long as m is small, and never above f.

Errors are one standard deviation: from the number of accepted jets (the square root of the sum of squared weights),
and in quadrature that of the generator's cross section. Where no jet passes, the error is the rate of one jet.
Leading-order cross sections have no error for missing orders in this, which is larger than both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgajet.errors import BadInput
from quant.metrics.roc import Real, checked

#: per cm2 and s
LUMINOSITY = 7.5e34
PICOBARN_IN_CM2 = 1e-36
#: bunch pairs that collide, times the revolutions of the LHC per second
CROSSINGS_KHZ = 2760 * 11.2455
#: above this share of the crossings the difference between L sigma and the rate of crossings is said
CROWDED = 0.01


@dataclass(frozen=True)
class RateCurve:
    """What each threshold "accept if score >= threshold" does; [thresholds], thresholds falling.

    Attributes:
        thresholds: every score of a jet. signal: signal efficiencies. rate_khz: rate of background jets, with its
            error. background: efficiencies. before_khz: rate of background jets before any cut on the score.
        tied: background jets whose score equals the threshold, of ``jets`` background jets in all.
    """

    thresholds: Real
    signal: Real
    background: Real
    rate_khz: Real
    rate_error_khz: Real
    before_khz: float
    tied: NDArray[np.int64]
    jets: int

    def at_rate(self, rate_khz: float) -> int:
        """Index of the lowest threshold whose rate is not above ``rate_khz``.

        Raises:
            BadInput: even the highest score of any jet is accepted too often.
        """
        below = np.flatnonzero(self.rate_khz <= rate_khz)
        if len(below) == 0:
            raise BadInput(
                f"no threshold gives a rate of {rate_khz:g} kHz or less: the jets that share the highest score already "
                f"come at {self.rate_khz[0]:.3g} kHz. Ask for a higher rate."
            )
        return int(below[-1])

    def at_signal(self, efficiency: float) -> int:
        """Index of the highest threshold that accepts at least this share of the signal."""
        return int(np.searchsorted(self.signal, efficiency - 1e-12))


def rate_curve(
    label: ArrayLike,
    score: ArrayLike,
    cross_section: NDArray[np.floating[Any]],
    *,
    luminosity: float = LUMINOSITY,
    relative_error: float = 0.0,
) -> RateCurve:
    """Rate and signal efficiency at every threshold.

    Args:
        label: [jets], 1 for signal. score: [jets].
        cross_section: [jets] in pb, as :class:`quant.data.Jets` holds them: the mean over the background jets is their
            cross section.
        luminosity: per cm2 and s.
        relative_error: of the background's cross section, beside that from the number of jets.

    Raises:
        BadInput: shapes differ, a score is NaN, a class is absent, or luminosity or cross sections are not positive.
    """
    y, s = checked(label, score)
    weight = np.asarray(cross_section, dtype=np.float64)
    if weight.shape != s.shape:
        raise BadInput(
            f"cross sections {list(weight.shape)} and scores {list(s.shape)} must have one length."
        )
    if not (math.isfinite(luminosity) and luminosity > 0):
        raise BadInput(f"the luminosity is {luminosity:g} per cm2 and s, it must be positive.")
    order = np.argsort(-s, kind="stable")
    y, s, weight = y[order], s[order], weight[order]
    last = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)
    background = y == 0
    jets = int(background.sum())
    kilohertz = luminosity * PICOBARN_IN_CM2 * 1e-3 / jets
    each = np.where(background, weight, 0.0) * kilohertz
    if each.sum() <= 0:
        raise BadInput("the background's cross section is zero: there is no rate to compute.")
    rate, squares = np.cumsum(each)[last], np.cumsum(each**2)[last]
    one = float(each.sum()) / jets
    passed = np.cumsum(background)[last]
    return RateCurve(
        thresholds=s[last],
        signal=np.cumsum(y)[last] / y.sum(),
        background=np.minimum(rate / each.sum(), 1.0),
        rate_khz=rate,
        rate_error_khz=np.sqrt(np.maximum(squares, one**2) + (relative_error * rate) ** 2),
        before_khz=float(each.sum()),
        tied=np.diff(passed, prepend=0).astype(np.int64),
        jets=jets,
    )


def crossings_with_a_jet_khz(rate_khz: float) -> float:
    """Rate of bunch crossings with at least one selected jet, from the rate of selected jets."""
    return CROSSINGS_KHZ * -math.expm1(-rate_khz / CROSSINGS_KHZ)
