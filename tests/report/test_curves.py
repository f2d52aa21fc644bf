"""ROC curves and histograms of the score, as a report holds them."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.report import curves_of


def test_roc_points_lie_on_the_curve() -> None:
    rng = np.random.default_rng(2)
    labels = rng.random(3000) < 0.4
    scores = rng.normal(size=3000) + labels
    found = curves_of(scores, labels)
    signal, background = found["signal_efficiency"], found["background_efficiency"]
    assert signal == sorted(signal)
    assert background == sorted(background)
    assert (signal[-1], background[-1]) == (1.0, 1.0)
    assert len(signal) <= 201
    for s, b in list(zip(signal, background, strict=True))[20:180:40]:
        cut = np.quantile(scores[labels], 1 - s)
        assert b == pytest.approx((scores[~labels] >= cut).mean(), abs=0.01)


def test_ties_are_not_split() -> None:
    """A threshold takes all jets of one score or none: points between would be better than the tagger is."""
    found = curves_of(np.array([1, 1, 1, 0, 0, 0]), np.array([1, 1, 0, 1, 0, 0]))
    points = set(zip(found["signal_efficiency"], found["background_efficiency"], strict=True))
    assert points == {(0.666667, 0.333333), (1.0, 1.0)}


def test_histograms_keep_every_jet() -> None:
    scores = np.concatenate([np.full(50, -1000.0), np.linspace(-1, 1, 5000), np.full(50, 1000.0)])
    found = curves_of(scores, np.arange(5100) % 2)
    assert sum(found["score_signal"]) == sum(found["score_background"]) == 2550
    assert len(found["score_edges"]) == 41
    constant = curves_of(np.zeros(4), np.array([0, 1, 0, 1]))
    assert sum(constant["score_signal"]) == 2
