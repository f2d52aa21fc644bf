"""nanoPELICAN with two outputs in training, of which only w = (w_1 - w_0) / 2 matters (arXiv 2310.16121, section 3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

#: the last layer's parameters, of which each output has its own
LAST = ("score_weight", "score_bias")


class HalfDifference(nn.Module):
    """Of both outputs' parameters [2, ...] the one of w."""

    def forward(self, both: Tensor) -> Tensor:
        difference: Tensor = (both[1] - both[0]) / 2
        return difference

    def right_inverse(self, one: Tensor) -> Tensor:
        """Both outputs' values with random halves in common, so that each starts as wide as ``one``."""
        shared = torch.randn_like(one) * one.std(correction=0)
        return torch.stack([shared - one, shared + one])


def with_two_outputs(model: nn.Module) -> nn.Module:
    """Train 2 C + 1 more numbers: 12 C + 2 as the paper counts them."""
    for name in LAST:
        parametrize.register_parametrization(model, name, HalfDifference(), unsafe=True)
    return model


def with_one_output(model: nn.Module) -> nn.Module:
    """The same function with the parameters of w alone."""
    for name in LAST:
        if parametrize.is_parametrized(model, name):
            parametrize.remove_parametrizations(model, name)
    return model
