"""Rates: counted one by one, ties kept together, errors as the fluctuations of repeated samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.errors import BadInput
from quant.metrics import rate_curve
from quant.metrics.rates import CROSSINGS_KHZ, LUMINOSITY, crossings_with_a_jet_khz

JET = st.tuples(st.integers(0, 1), st.integers(-5, 5), st.floats(0.5, 20.0))


@settings(max_examples=80, deadline=None)
@given(st.lists(JET, min_size=4, max_size=60), st.floats(1e33, 1e35))
def test_every_threshold_counted_one_by_one(jets: list[tuple[int, int, float]], luminosity: float) -> None:
    jets = [*jets, (0, 0, 3.0), (1, 0, 4.0)]
    label, score, pb = map(np.array, zip(*jets, strict=True))
    curve = rate_curve(label, score, pb, luminosity=luminosity)
    assert curve.thresholds.tolist() == sorted(set(score.tolist()), reverse=True)
    background = [(s, x) for y, s, x in jets if y == 0]
    for n, threshold in enumerate(curve.thresholds):
        passed = [x for s, x in background if s >= threshold]
        # pb to Hz: 1e-36 cm2; mean over all background jets of those that pass.
        expected = luminosity * 1e-36 * sum(passed) / len(background) / 1000
        assert curve.rate_khz[n] == pytest.approx(expected)
        signal = [s >= threshold for y, s, _ in jets if y == 1]
        assert curve.signal[n] == pytest.approx(sum(signal) / len(signal))
        assert curve.tied[n] == sum(s == threshold for s, _ in background)


def test_a_wanted_rate_is_never_exceeded_and_ties_stay_together() -> None:
    label = np.array([0, 0, 0, 0, 1, 1])
    score = np.array([3, 2, 2, 1, 2, 0])
    pb = np.full(6, 4e4 / 0.075)  # 40 kHz for all four, 10 kHz per jet
    curve = rate_curve(label, score, pb)
    assert curve.before_khz == pytest.approx(40.0)
    at = curve.at_rate(29.0)
    assert (curve.thresholds[at], curve.rate_khz[at]) == (3, pytest.approx(10.0)), (
        "20 kHz cannot be had: two tie"
    )
    assert curve.thresholds[curve.at_rate(30.0 + 1e-9)] == 2
    with pytest.raises(BadInput, match="highest score already"):
        curve.at_rate(9.0)
    assert curve.thresholds[curve.at_signal(0.5)] == 2
    assert curve.thresholds[curve.at_signal(0.51)] == 0


def test_errors_are_the_fluctuations_of_repeated_samples() -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(400):
        jets = rng.poisson(500)
        label = np.r_[np.zeros(jets, int), 1]
        score = np.r_[rng.random(jets) > 0.9, 1].astype(float)
        # The number of jets that pass the cuts fluctuates: so does the cross section that is measured from them.
        pb = np.full(jets + 1, 1e4 * jets / 500)
        curve = rate_curve(label, score, pb)
        found.append((curve.rate_khz[0], curve.rate_error_khz[0]))
    rates, errors = np.array(found).T
    assert errors.mean() == pytest.approx(rates.std(), rel=0.1)
    with_sigma = rate_curve(label, score, pb, relative_error=0.05)
    assert with_sigma.rate_error_khz[0] == pytest.approx(math.hypot(errors[-1], 0.05 * rates[-1]))


def test_without_an_accepted_jet_the_error_is_that_of_one() -> None:
    curve = rate_curve([1, 0, 0], [2, 1, 1], np.full(3, 1e5))
    assert (curve.rate_khz[0], curve.rate_error_khz[0]) == (0.0, pytest.approx(curve.before_khz / 2))


def test_crossings_saturate() -> None:
    assert LUMINOSITY == 7.5e34
    assert pytest.approx(31_038, abs=1) == CROSSINGS_KHZ
    assert crossings_with_a_jet_khz(1.0) == pytest.approx(1.0, rel=1e-4)
    assert crossings_with_a_jet_khz(CROSSINGS_KHZ) == pytest.approx(CROSSINGS_KHZ * (1 - math.exp(-1)))
    assert crossings_with_a_jet_khz(1e9) == pytest.approx(CROSSINGS_KHZ)


@pytest.mark.parametrize(
    ("pb", "luminosity", "words"),
    [(np.ones(2), 1e34, "one length"), (np.zeros(3), 1e34, "zero"), (np.ones(3), -1.0, "must be positive")],
)
def test_nonsense_is_refused(pb: np.ndarray, luminosity: float, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        rate_curve([0, 1, 0], [1, 2, 3], pb, luminosity=luminosity)
