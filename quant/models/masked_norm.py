"""Batch norm over the real entries of a padded batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MaskedNorm(nn.Module):
    """Batch norm over the real entries of a padded batch, as the affine map (scale, shift) that it is.

    Statistics come as sums; eps 1e-5 and momentum 0.1 as in the paper's code. Float64 throughout.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma = nn.Parameter(torch.ones(channels, dtype=torch.float64))
        self.beta = nn.Parameter(torch.zeros(channels, dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(channels, dtype=torch.float64))
        self.register_buffer("variance", torch.ones(channels, dtype=torch.float64))

    def affine(self, total: Tensor, squares: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
        """(scale, shift) [channels] such that BN(x) = scale x + shift.

        Args:
            total, squares: sums of x and x^2 over the real entries of the batch, [channels].
            count: number of real entries; all three are used in training mode only.
        """
        mean, variance = self.mean, self.variance
        if self.training:
            mean = total / count
            variance = (squares / count - mean**2).clamp_min(0.0)
            with torch.no_grad():
                unbiased = variance * count / (count - 1)
                self.mean.lerp_(mean, self.momentum)
                self.variance.lerp_(unbiased, self.momentum)
        scale = self.gamma / torch.sqrt(variance + self.eps)
        return scale, self.beta - scale * mean
