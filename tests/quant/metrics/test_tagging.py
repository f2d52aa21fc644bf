"""The numbers that a tagger is quoted with, against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from quant.metrics import auc, mass_window, physics_metrics, tagging_errors, tagging_metrics


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


def test_physics_metrics_of_a_build() -> None:
    rng = np.random.default_rng(0)
    label = np.arange(400) % 2
    score = rng.normal(size=400) + label
    mass = np.where(label, rng.normal(150, 10, 400), rng.exponential(90, 400))
    found = physics_metrics(label, {"float": score, "quantised": np.round(4 * score)}, mass)
    assert list(found) == ["float", "quantised", "jet_mass"]
    assert found["float"] == tagging_metrics(label, score) | tagging_errors(label, score)
    assert found["quantised"]["minus_float"]["auc"]["value"] == pytest.approx(
        found["quantised"]["auc"] - found["float"]["auc"]
    )
    assert found["jet_mass"]["auc"] == auc(label, mass_window(label, mass).scores)
    assert "accuracy" not in found["jet_mass"]
    assert "minus_float" not in found["jet_mass"]
    assert list(physics_metrics(label, {"float": score}, None)) == ["float"]
