"""The formula is the model's, its canonical form the same function, and equivalent models are found to be so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from quant.checkpoint import load_model, open_checkpoint
from quant.explanation.canonical import basins, canonical, equivalent, names, order_of, vector
from quant.explanation.formula import Formula, formula_of, formula_of_folded
from quant.models.npelican.architecture import Architecture
from quant.models.npelican.floating import PairBatch
from quant.models.npelican.folding import fold
from quant.zoo import resolve
from tests.quant.jets import random_float, random_jets

SIZES = [Architecture(6, 2), Architecture(5, 3, alpha=True), Architecture(6, 2, beams=1), Architecture(6, 1)]


def random_formula(slots: int = 5, channels: int = 3, seed: int = 0) -> Formula:
    rng = np.random.default_rng(seed)
    shapes = {
        "weight": (slots + 1, channels, 6), "bias": (slots + 1, channels), "diagonal_bias": (slots + 1, channels),
        "score_weight": (slots + 1, channels, 2), "score_bias": (slots + 1,),
    }  # fmt: skip
    drawn = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    drawn["weight"][:, :, 0] = drawn["weight"][0, :, 0]  # nothing scales d_ij with n
    return Formula(**drawn)


def random_dots(jets: int = 40, slots: int = 5, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(0, slots + 1, jets)
    d = rng.exponential(size=(jets, slots, slots))
    real = np.arange(slots) < n[:, None]
    return (d + d.transpose(0, 2, 1)) * (real[:, :, None] & real[:, None]), n


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_scores_are_those_of_the_float_model(sizes: Architecture) -> None:
    model = random_float(sizes)
    p = torch.from_numpy(random_jets(100, sizes.constituents))
    jets, folded = PairBatch.from_momenta(p, sizes.beams), fold(model)
    formula = formula_of_folded(folded)
    expected = model(p).detach().numpy()
    found = formula.scores(jets.d.double().numpy(), jets.slots.numpy())
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("seed", range(5))
def test_the_canonical_form_gives_the_same_scores(seed: int) -> None:
    formula, (d, n) = random_formula(seed=seed), random_dots(seed=seed)
    form = canonical(formula)
    np.testing.assert_allclose(form.scores(d, n), formula.scores(d, n), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.abs(form.weight[-1, :, 0]), 1, rtol=1e-15)
    y, z = formula.passed(d, n), form.passed(d, n)
    for place, channel in enumerate(order_of(formula)):
        assert np.array_equal(z[..., place] > 0, y[..., channel] > 0)


@pytest.mark.parametrize("seed", range(5))
def test_equivalent_models_are_detected(seed: int) -> None:
    formula, rng = random_formula(seed=seed), np.random.default_rng(seed)
    other = formula.scaled(rng.uniform(0.1, 10, 3)).ordered(rng.permutation(3))
    assert equivalent(formula, other)
    moved = other.score_bias + 1e-3
    assert not equivalent(formula, replace(other, score_bias=moved))
    assert not equivalent(formula, random_formula(channels=2))


def test_trainings_of_one_optimum_are_one_basin() -> None:
    rng = np.random.default_rng(0)
    centres = [random_formula(seed=seed) for seed in (0, 1)]
    formulas = []
    for number in (0, 1, 0, 0, 1):
        formula = centres[number]
        weight = formula.weight * rng.normal(1, 0.01, formula.weight.shape[1:])
        formulas.append(
            replace(formula, weight=weight).scaled(rng.uniform(0.5, 2, 3)).ordered(rng.permutation(3))
        )
    found = basins(formulas)
    assert [basin.members for basin in found] == [(0, 2, 3), (1, 4)]
    close = np.abs(found[0].mean - vector(canonical(centres[0]))) < 0.05 * np.abs(found[0].mean) + 0.02
    assert close.all()
    assert 0 < np.median(found[0].spread / np.abs(found[0].mean)) < 0.03
    alone = basins(formulas[:1])
    assert alone[0].members == (0,)
    assert not alone[0].spread.any()


def test_the_numbers_of_a_formula_have_names() -> None:
    formula = canonical(random_formula(channels=2))
    found = dict(zip(names(2), vector(formula), strict=True))
    assert found["a2 p_i.J"] == formula.weight[-1, 1, 3]
    assert found["v1 trace"] == formula.score_weight[-1, 0, 1]
    assert found["b'2"] == formula.diagonal_bias[-1, 1]
    assert found["b"] == formula.score_bias[-1]


def test_other_families_have_no_such_formula() -> None:
    network = load_model(open_checkpoint(resolve("vecnet-n8-s8v2"))).network()
    with pytest.raises(BadInput, match="vecnet-n8-s8v2 is no nanoPELICAN"):
        formula_of(network)
