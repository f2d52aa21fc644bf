"""Metrics against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.metrics import (
    auc,
    background_efficiency,
    constituent_mass,
    mass_window_metrics,
    roc_curve,
    tagging_metrics,
)


def test_auc_counts_ordered_pairs() -> None:
    # Signal 3, 1; background 2, 0: of the four pairs (3,2), (3,0), (1,0) are in order, (1,2) is not.
    assert auc([1, 1, 0, 0], [3, 1, 2, 0]) == 0.75


def test_auc_counts_a_tie_one_half() -> None:
    # Signal 2, 1; background 1, 0: (2,1), (2,0), (1,0) in order, (1,1) tied.
    assert auc([1, 1, 0, 0], [2, 1, 1, 0]) == 3.5 / 4
    assert auc([1, 0, 1, 0], [7, 7, 7, 7]) == 0.5


def test_auc_equals_the_count_of_pairs_on_coarse_random_scores() -> None:
    rng = np.random.default_rng(0)
    label, score = rng.integers(0, 2, 300), rng.integers(0, 12, 300)
    signal, background = score[label == 1][:, None], score[label == 0][None]
    assert auc(label, score) == pytest.approx(np.mean((signal > background) + 0.5 * (signal == background)))


def test_roc_takes_tied_jets_together() -> None:
    background, signal = roc_curve([1, 1, 0, 0], [2, 1, 1, 0])
    assert background.tolist() == [0, 0, 0.5, 1]
    assert signal.tolist() == [0, 0.5, 1, 1]


def test_background_efficiency_interpolates_inside_a_tie_only() -> None:
    curve = roc_curve([1, 1, 0, 0], [2, 1, 1, 0])
    assert background_efficiency(*curve, at=0.5) == 0  # the first signal jet alone
    assert background_efficiency(*curve, at=0.75) == 0.25  # halfway through the tied group
    assert background_efficiency(*curve, at=1.0) == 0.5


def test_a_tied_group_cannot_fake_rejection() -> None:
    # Everything in one tie: half of the signal costs half of the background, whatever the threshold.
    label = np.repeat([1, 0], 100)
    found = tagging_metrics(label, np.zeros(200))
    assert found["inverse_background_efficiency_50"] == 2.0
    assert found["tied_scores"] == 200
    assert found["distinct_scores"] == 1


def test_tagging_metrics_of_a_small_sample() -> None:
    label = [1, 1, 1, 1, 0, 0, 0, 0]
    score = [4, 3, -1, 1, 2, -2, -3, -3]
    found = tagging_metrics(label, score)
    assert found["accuracy"] == 6 / 8  # signal at -1 and background at 2 are wrong
    # pairs out of order: (-1, 2) and (1, 2)
    assert found["auc"] == 14 / 16
    assert found["inverse_background_efficiency_50"] is None  # no background above 3
    assert found["tied_scores"] == 2
    assert found["distinct_scores"] == 7


def test_score_zero_is_background() -> None:
    assert tagging_metrics([0, 1], [0.0, 0.1])["accuracy"] == 1.0


def test_mass_of_two_photons_back_to_back() -> None:
    p = np.array([[[40.0, 40, 0, 0], [40.0, -40, 0, 0], [0, 0, 0, 0]]])
    assert constituent_mass(p).tolist() == [80.0]


def test_mass_window_finds_the_window() -> None:
    mass = np.array([150.0, 160, 170, 20, 30, 300])
    found = mass_window_metrics([1, 1, 1, 0, 0, 0], mass)
    assert found["auc"] == 1.0
    assert found["auc_monotone"] == pytest.approx(6 / 9)


@pytest.mark.parametrize(
    ("label", "score", "message"),
    [
        ([0, 1], [0.0, np.nan], "NaN"),
        ([1, 1], [0.0, 1.0], "both present"),
        ([0, 2], [0.0, 1.0], "labels must be 0 and 1"),
        ([0, 1], [0.0], "one length"),
    ],
)
def test_unusable_scores_are_refused(label: list[int], score: list[float], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        tagging_metrics(label, score)
