"""The AUC against its definition and against scikit-learn where that is installed."""

from __future__ import annotations

import numpy as np
import pytest

from quant.data.describing.statistics import auc, mass_auc, multiplicity_auc
from tests.toy_jets import toy_jets


def test_auc_counts_ordered_pairs_and_half_the_ties() -> None:
    rng = np.random.default_rng(0)
    signal = rng.random(200) < 0.4
    score = rng.integers(0, 12, 200)
    difference = score[signal][:, None] - score[~signal][None, :]
    assert auc(signal, score) == pytest.approx(((difference > 0) + 0.5 * (difference == 0)).mean())


def test_one_class_has_no_auc() -> None:
    with pytest.raises(ValueError, match="both classes"):
        auc(np.ones(3, dtype=np.bool_), np.arange(3))


def test_single_variable_aucs_use_their_variable() -> None:
    jets = toy_jets(200)
    jets.jet[:, 3] = jets.label
    jets.multiplicity[:] = 1 - jets.label
    assert mass_auc(jets) == 1.0
    assert multiplicity_auc(jets) == 0.0
