"""Zeros that are held and the L1 term, in any fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from quant.training.data import load_sample
from quant.training.fit import Fit
from quant.training.float_phase import new_model
from quant.training.schedule import Cosine
from quant.training.sparsity import Sparsity
from tests.quant.compression.small_compression import SMALL


@pytest.mark.parametrize("l1", [0.0, 0.05])
def test_l1_makes_rows_sparser_and_zeros_survive_any_fit(l1: float, data: Path, tmp_path: Path) -> None:
    sample = load_sample(data / "train.h5", 5)
    torch.manual_seed(0)
    model = new_model(SMALL, 0)
    zero = torch.zeros(2, 6, dtype=torch.bool)
    zero[:, 1] = True

    def spread() -> float:
        rows = model.get_parameter("weight").detach()
        return float((rows.abs().sum(1) / rows.norm(dim=1)).sum())

    Sparsity({"weight": zero}).apply(model)
    before = spread()
    fit = Fit("f", epochs=6, rate=0.02, batch=64, schedule=Cosine(0.1), seed=0)
    fit.run(
        model, sample, sample, tmp_path, lambda *_: None, sparsity=Sparsity({"weight": zero}, ("weight",), l1)
    )
    assert bool((model.get_parameter("weight")[zero] == 0).all())
    if l1:
        assert spread() < 0.8 * before
        free = new_model(SMALL, 0)
        Sparsity({"weight": zero}).apply(free)
        fit.run(free, sample, sample, tmp_path / "free", lambda *_: None, sparsity=Sparsity({"weight": zero}))
        rows = free.get_parameter("weight").detach()
        assert spread() < float((rows.abs().sum(1) / rows.norm(dim=1)).sum())


def test_the_penalty_does_not_see_how_long_a_row_is() -> None:
    model = new_model(SMALL, 0)
    sparsity = Sparsity(weights=("weight",), l1=2.0)
    before = float(sparsity.penalty(model).detach())
    with torch.no_grad():
        model.get_parameter("weight")[0] *= 7.0
    assert float(sparsity.penalty(model).detach()) == pytest.approx(before)
    Sparsity({"weight": torch.ones(2, 6, dtype=torch.bool)}).apply(model)
    nothing = sparsity.penalty(model)
    torch.autograd.backward(nothing)
    assert float(nothing.detach()) == 0
    gradient = model.get_parameter("weight").grad
    assert gradient is not None
    assert bool(gradient.isfinite().all())
