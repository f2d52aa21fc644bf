"""Metrics of several scores, against their definitions and against resampled jets."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.metrics import auc, tagging_metrics
from quant.metrics.classes import (
    class_errors,
    class_report,
    confusion,
    mean_auc,
    metrics_of_scores,
    rejections,
)

NAMES = ("g", "W", "t")


def jets(count: int = 400, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and scores on a coarse grid, so that some tie."""
    rng = np.random.default_rng(seed)
    label = np.arange(count) % 3
    scores = rng.normal(0, 1, (count, 3)) + 1.2 * np.eye(3)[label]
    return label, np.round(2 * scores) / 2


def test_metrics_are_their_definitions() -> None:
    label, score = jets()
    found = metrics_of_scores(label, score, NAMES)
    assert found["accuracy"] == pytest.approx(
        np.mean([np.argmax(s) == k for s, k in zip(score, label, strict=True)])
    )
    one = [
        np.mean([(a > b) + 0.5 * (a == b) for a in score[label == k, k] for b in score[label != k, k]])
        for k in range(3)
    ]
    assert [found[f"auc_{name}"] for name in NAMES] == pytest.approx(one)
    assert found["auc"] == pytest.approx(np.mean(one)) == mean_auc(label, score)
    assert found["inverse_background_efficiency_30"] is None
    assert found["distinct_scores"] == len({tuple(s) for s in score})
    table = np.array(confusion(label, score))
    assert table.sum(1).tolist() == np.bincount(label).tolist()
    assert table.trace() / len(label) == found["accuracy"]
    assert table[0, 1] == sum(1 for s, k in zip(score, label, strict=True) if k == 0 and np.argmax(s) == 1)


def test_errors_are_the_spread_of_samples() -> None:
    """Over 60 independent samples, whose spread is known to 9 %."""
    samples = [jets(300, seed) for seed in range(60)]
    claimed = class_errors(*samples[0], NAMES)
    for name in ("accuracy", "auc", "auc_W"):
        values = [metrics_of_scores(*sample, NAMES)[name] for sample in samples]
        assert claimed[f"{name}_error"] == pytest.approx(np.std(np.array(values, float)), rel=0.3)


def test_rejections_are_of_score_differences() -> None:
    label, score = jets(3000)
    found = rejections(label, score)
    assert [found[k][k] for k in range(3)] == [None] * 3
    chosen = label != 1
    expected = tagging_metrics(label[chosen] == 0, (score[:, 0] - score[:, 2])[chosen])
    assert found[0][2] == pytest.approx(expected["inverse_background_efficiency_30"])


def test_one_score_is_tagging() -> None:
    label, score = jets()
    assert metrics_of_scores(label == 0, score[:, 0], ()) == tagging_metrics(label == 0, score[:, 0])
    assert mean_auc(label == 0, score[:, 0]) == auc(label == 0, score[:, 0])


def test_what_cannot_be_measured_is_refused() -> None:
    label, score = jets()
    with pytest.raises(BadInput, match="all present"):
        class_report(np.minimum(label, 1), score, NAMES)
    with pytest.raises(BadInput, match="NaN"):
        class_report(label, np.where(score > 2, np.nan, score), NAMES)
    with pytest.raises(BadInput, match="one number of jets"):
        class_report(label[1:], score, NAMES)
