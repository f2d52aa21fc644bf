"""Numbers that say what a set of jets is worth before any tagger sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.jets import Jets


def auc(signal: NDArray[np.bool_], score: NDArray[np.floating] | NDArray[np.integer]) -> float:
    """Area under the ROC curve; ties count one half.

    Raises:
        ValueError: only one of the two classes is present.
    """
    positives = int(signal.sum())
    negatives = len(signal) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("an AUC needs both classes")
    _, member, size = np.unique(score, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(size) - (size - 1) / 2
    rank_sum = middle_rank[member[signal]].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def multiplicity_auc(jets: Jets) -> float:
    """AUC of the number of constituents, class 0 against the rest."""
    return auc(jets.label > 0, jets.multiplicity)


def mass_auc(jets: Jets) -> float:
    """AUC of the jet mass, class 0 against the rest."""
    return auc(jets.label > 0, jets.jet[:, 3])
