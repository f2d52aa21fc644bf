"""The numbers that a tagger is quoted with, against cases worked out by hand."""

from __future__ import annotations

import numpy as np

from quant.metrics import tagging_metrics


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
