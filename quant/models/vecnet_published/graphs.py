"""Which constituents of a jet send messages to each other."""

from __future__ import annotations

import torch
from torch import Tensor

METRIC = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)


def intervals(a: Tensor, b: Tensor) -> Tensor:
    """Spacetime intervals (a - b)^2 of vectors [..., 4]."""
    return ((a - b) ** 2 * METRIC.to(a.device)).sum(-1)


def complete(real: Tensor) -> Tensor:
    """All ordered pairs i != j of real constituents: [B, N, N] of real [B, N]."""
    pairs = real[:, :, None] & real[:, None, :]
    pairs.diagonal(dim1=1, dim2=2).zero_()
    return pairs


def nearest(vectors: Tensor, real: Tensor, neighbours: int) -> Tensor:
    """Pairs (i, j), j one of the nearest ``neighbours`` of i: [B, N, N].

    The interval of massless momenta is negative, so its size is compared: (p_i - p_j)^2 = -2 p_i . p_j. With several
    vectors per constituent the mean size over them counts. Jets with fewer constituents have all their pairs.

    Args:
        vectors: [B, N, C, 4] in GeV, float64. real: [B, N].
    """
    distance = intervals(vectors[:, :, None], vectors[:, None]).abs().mean(-1)
    distance = distance.masked_fill(~complete(real), torch.inf)
    few = min(neighbours, real.shape[1])
    size, j = distance.topk(few, dim=2, largest=False, sorted=False)
    return torch.zeros_like(distance, dtype=torch.bool).scatter_(2, j, size.isfinite())
