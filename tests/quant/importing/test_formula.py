"""The formula that imports are checked against: by hand, and against the family that must equal it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from quant.importing import formula
from quant.importing.foreign import Alphas, ForeignNPelican
from quant.importing.run import ImportOptions, _settings, float_tensors
from quant.models.families import FAMILIES
from tests.quant.importing.layouts import random_model
from tests.toy_jets import toy_jets


def by_hand(model: ForeignNPelican, jet: np.ndarray) -> float:
    """The score of one jet, index by index."""
    p = [list(map(float, row)) for row in jet if row[0] != 0]
    if model.beams:
        p = [[1, 0, 0, 1], [1, 0, 0, -1], *p]
    n, nbar, norm1, norm2 = len(p), model.nbar, model.norm1, model.norm2
    x = [[0.0] * n for _ in p]
    for i, a in enumerate(p):
        for j, b in enumerate(p):
            d = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]
            x[i][j] = float(
                norm1.gamma[0] * (d - norm1.mean[0]) / np.sqrt(norm1.variance[0] + 1e-5) + norm1.beta[0]
            )
    alphas = model.alphas or Alphas(np.zeros(5), np.zeros(2))
    power = [1.0, *((n / nbar) ** alphas.aggregators)]
    sums = [sum(x[i][j] for i in range(n)) / nbar for j in range(n)]
    total = sum(map(sum, x)) / nbar**2
    w = float(model.score_bias[0])
    for c in range(model.hidden):
        everything = trace = 0.0
        for i in range(n):
            for j in range(n):
                same = float(i == j)
                parts = [x[i][j], same * sums[i], sums[j], sums[i], total, same * total]
                y = sum(model.weight[c, b] * power[b] * part for b, part in enumerate(parts))
                y = max(0.0, y + model.bias[c] + same * model.diagonal_bias[c])
                z = norm2.gamma[c] * (y - norm2.mean[c]) / np.sqrt(norm2.variance[c] + 1e-5) + norm2.beta[c]
                everything += z
                trace += same * z
        grown = (n / nbar) ** alphas.score
        w += model.score_weight[c, 0] * grown[0] * everything / nbar**2
        w += model.score_weight[c, 1] * grown[1] * trace / nbar
    return w


CASES = [(1, True, True, False), (3, True, True, False), (2, False, True, True), (2, True, False, True)]


@pytest.mark.parametrize(("hidden", "beams", "norm", "alphas"), CASES)
def test_against_the_formula_index_by_index(hidden: int, beams: bool, norm: bool, alphas: bool) -> None:
    model = random_model(hidden, beams=beams, norm=norm, alphas=alphas, nbar=5.0)
    jets = toy_jets(6, 4).constituents
    expected = [by_hand(model, jet) for jet in jets]
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(formula.scores(model, jets), expected, rtol=1e-10)
    full = np.concatenate([np.tile(formula.BEAMS, (6, 1, 1)), jets], axis=1)
    if beams:
        np.testing.assert_allclose(formula.scores(model, full, with_beams=True), expected, rtol=1e-10)


@pytest.mark.parametrize(("hidden", "beams", "norm", "alphas"), CASES)
def test_our_model_is_the_formula(hidden: int, beams: bool, norm: bool, alphas: bool) -> None:
    foreign = random_model(hidden, beams=beams, norm=norm, alphas=alphas)
    jets = toy_jets(50, 6).constituents
    model = FAMILIES["npelican"].new_float(_settings(foreign, 6, ImportOptions()))
    assert set(float_tensors(foreign)) == set(model.state_dict()) - {"num_batches_tracked"}
    model.load_state_dict(float_tensors(foreign))
    model.eval()
    with torch.no_grad():
        ours = model(torch.from_numpy(jets)).numpy()
    expected = formula.scores(foreign, jets)
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_one_wrong_weight_shows() -> None:
    foreign = random_model()
    jets = toy_jets(50, 6).constituents
    expected = formula.scores(foreign, jets)
    for b in range(6):
        wrong = foreign.weight.copy()
        wrong[0, b] += 0.1
        assert np.abs(formula.scores(replace(foreign, weight=wrong), jets) - expected).max() > 1e-4
