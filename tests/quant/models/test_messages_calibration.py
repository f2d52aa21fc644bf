"""Calibration of all families with a plan: the loss, and the offset of the scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from quant.models.families import FAMILIES
from quant.models.messages.calibration import logistic, multinomial
from quant.models.scoring import seen_momenta
from quant.training.read_settings import read_settings
from tests.quant.models.mixtures import random_float, sample, settings_of


def test_a_loss_does_not_mind_an_offset_or_a_stretch() -> None:
    """Both are mended at no cost, so a search must not pay for them with the order of the jets."""
    rng = np.random.default_rng(1)
    label = torch.from_numpy(rng.integers(0, 2, 4000).astype(np.float64))
    score = label + torch.from_numpy(rng.normal(0, 0.7, 4000))
    slope, offset = logistic(score, label)
    fitted = functional.binary_cross_entropy_with_logits(slope * score + offset, label)
    assert abs(slope - 1 / 0.7**2) < 0.15, "two normal distributions one apart"
    for moved in (score - 3, 0.1 * score + 2):
        a, b = logistic(moved, label)
        assert torch.isclose(functional.binary_cross_entropy_with_logits(a * moved + b, label), fitted)


def test_several_scores_find_their_slope_and_offsets() -> None:
    rng = np.random.default_rng(3)
    label = torch.from_numpy(rng.integers(0, 3, 6000))
    logits = 1.5 * functional.one_hot(label, 3).double() + torch.from_numpy(rng.normal(0, 1, (6000, 3)))
    slope, offsets = multinomial(logits, label)
    moved = multinomial(0.2 * logits + torch.tensor([3.0, -1.0, 0.5]), label)
    assert slope == pytest.approx(1.5, rel=0.1), "normal distributions of width 1 that are 1.5 apart"
    assert offsets.abs().max() < 0.15
    assert moved[0] == pytest.approx(5 * slope, rel=1e-4)
    wanted = -5 * slope * torch.tensor([3.0, -1.0, 0.5])
    assert torch.allclose(
        moved[1] - moved[1].mean(), offsets - offsets.mean() + wanted - wanted.mean(), atol=1e-2
    )


def test_calibration_centres_the_scores() -> None:
    """A score of 0 is as likely a top quark as not, whatever the float model's offset was."""
    settings = settings_of("without symmetry")
    model, jets = random_float(settings), sample(settings.constituents)
    with torch.no_grad():
        scores = model(torch.from_numpy(seen_momenta(settings.form, jets.momenta.numpy())))
        width = float(scores.std())
        model.get_parameter("score_bias").sub_(float(scores.median()) + 0.2 * width)
    noise = torch.from_numpy(np.random.default_rng(2).normal(0, 0.3 * width, len(scores)))
    label = (scores - scores.median() + noise > 0).double()
    quantised = FAMILIES[settings.model].calibrate(model, settings, replace(jets, label=label), "small")
    found = torch.from_numpy(quantised.scores(jets.momenta.numpy()))
    slope, offset = logistic(2 * found, label)
    assert abs(offset / (2 * slope)) < 0.05 * width


def test_calibration_centres_a_regression() -> None:
    """Half of the outputs are above the true value, of the jets that have one."""
    settings = read_settings(
        None, ["model=deepsets", "phi=[4]", "rho=[4]", 'classes=["a","b","c"]', 'regress=["pt"]', "constituents=5",
               "calibration_sweeps=0"],
    )  # fmt: skip
    model, jets = random_float(settings), sample(5)
    with torch.no_grad():
        outputs = model(torch.from_numpy(seen_momenta(settings.form, jets.momenta.numpy())))
    width = float(outputs[:, 3].std())
    wanted = outputs[:, 3] - 0.2 * width
    wanted[::4] = torch.nan
    label = torch.stack([outputs[:, :3].argmax(1).double(), wanted], 1)
    quantised = FAMILIES[settings.model].calibrate(model, settings, replace(jets, label=label), "small")
    apart = quantised.scores(jets.momenta.numpy())[:, 3] - wanted.numpy()
    assert abs(np.nanmedian(apart)) < 0.05 * width
