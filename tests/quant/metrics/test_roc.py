"""ROC curves and AUC against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.metrics import auc, background_efficiency, roc_curve, tagging_metrics


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
