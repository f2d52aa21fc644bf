"""Bias and resolution of a regression, and the loss that trains it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgajet.errors import BadInput
from quant.metrics.regression import bias_and_resolution
from quant.models.loss import logit_loss


def test_a_known_bias_and_resolution_are_found() -> None:
    rng = np.random.default_rng(1)
    true = rng.uniform(500, 700, 4000)
    found = true * rng.normal(1.03, 0.05, 4000)
    true[:1000] = np.nan
    figures = bias_and_resolution(true, found)
    assert figures["jets"] == 3000
    assert abs(figures["bias"] - 0.03) < 4 * figures["bias_error"] < 0.01
    assert abs(figures["resolution"] - 0.05 / 1.03) < 4 * figures["resolution_error"] < 0.01
    # of a normal distribution: the standard deviations of a median and of a width
    assert figures["bias_error"] == pytest.approx(1.25 * 0.05 / 3000**0.5, rel=0.25)


def test_without_true_values_there_is_no_resolution() -> None:
    with pytest.raises(BadInput, match="9 jets have a true value"):
        bias_and_resolution(np.r_[np.ones(9), np.nan], np.ones(10))
    with pytest.raises(BadInput, match="not of one number of jets"):
        bias_and_resolution(np.ones(9), np.ones(10))


def test_the_loss_is_that_of_the_classes_and_of_the_jets_with_a_true_value() -> None:
    outputs = torch.tensor(
        [[1.0, 0.0, 2.0, 2.5], [0.0, 1.0, 0.0, 9.0]], dtype=torch.float64, requires_grad=True
    )
    label = torch.tensor([[0.0, 2.0], [2.0, torch.nan]], dtype=torch.float64)
    alone = logit_loss(outputs[:, :3], label[:, 0])
    loss = logit_loss(outputs, label)
    assert (loss - alone).item() == pytest.approx(0.5 - 0.05)  # Huber: |2.5 - 2.0| - QUADRATIC / 2
    torch.autograd.backward(loss)
    assert outputs.grad is not None
    assert outputs.grad[:, 3].tolist() == [1.0, 0.0]
    label[0, 1] = torch.nan
    assert logit_loss(outputs, label).item() == pytest.approx(alone.item())
