"""The only N x N work of a float nanoPELICAN, fused: ReLU of all ordered pairs, summed over pairs.

    y_ijc = ReLU(pair_c d_ij + row_c R_i + column_c R_j + shared_bc + delta_ij (diagonal_c R_i + on_diagonal_bc))

with R_i = sum_j d_ij; batch norm is already in the coefficients. Everything behind y (masked batch norm,
LinEq 2->0) needs only sum_ij y, sum_i y_ii and, for the batch statistics, sum_ij y^2. As these are sums, the
gradient with respect to y_ij is one number for all pairs of a jet (plus a multiple of y, plus another number on
the diagonal), so a few weighted sums of y and of the step function [y > 0], taken on the way forward, are all
that the way back needs: no N x N tensor is kept, and none is made twice.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

#: values of y handled at a time: they then stay in a core's second-level cache
CHUNK_PAIRS = 131_072
#: stands for minus infinity: ReLU makes pairs with an empty slot exactly zero
EMPTY = -1e30

# Weighted sums over one jet's pairs, in this order; "diagonal" sums run over i = j only.
_SUMS = ("one", "row", "column", "pair", "diagonal_one", "diagonal_row")


class PairSums(torch.autograd.Function):
    """(total [B, C], trace [B, C], squares [C]) of y; use it through :func:`pair_sums`."""

    @staticmethod
    def forward(
        ctx: Any, d: Tensor, row_sum: Tensor, slots: Tensor, *coefficients: Tensor
    ) -> tuple[Tensor, ...]:
        pair, row, column, diagonal = (x.to(d.dtype)[:, None, None] for x in coefficients[:4])  # [C, 1, 1]
        shared, on_diagonal = (x.to(d.dtype).T[:, :, None] for x in coefficients[4:])  # [C, B, 1]
        (jets, m), channels = row_sum.shape, len(pair)
        y_sums = d.new_zeros(len(_SUMS), channels, jets)
        on_sums = d.new_zeros(len(_SUMS) + 1, channels, jets)
        squares = d.new_zeros(channels)
        row_sum = row_sum.to(d.dtype)
        empty = torch.arange(m) >= slots[:, None]
        d_diagonal = d.diagonal(dim1=-2, dim2=-1)
        per_chunk = max(1, CHUNK_PAIRS // (m * m * channels))
        for start in range(0, jets, per_chunk):
            b = slice(start, min(start + per_chunk, jets))
            k = max(1, int(slots[b].max()))
            small, sums, hole = d[b, :k, :k].contiguous(), row_sum[b, :k], empty[b, :k]
            left = (sums * row + shared[:, b]).masked_fill_(hole, EMPTY)  # [C, b, k]
            right = (sums * column).masked_fill_(hole, EMPTY)
            ones = torch.ones_like(right)
            y = torch.baddbmm(
                (small * pair[..., None]).flatten(0, 1),
                torch.stack([left, ones], -1).flatten(0, 1),
                torch.stack([ones, right], -2).flatten(0, 1),
            ).view(channels, -1, k, k)
            y_diagonal = y.diagonal(dim1=-2, dim2=-1)
            y_diagonal.add_(sums * diagonal + on_diagonal[:, b])
            y.relu_()
            flat = y.view(channels, -1)
            squares += torch.stack([torch.dot(channel, channel) for channel in flat])
            weights = torch.stack([ones[0], sums], 1)  # [b, 2, k]
            _weighted_sums(y_sums[:, :, b], y, y_diagonal, small, weights)
            if any(ctx.needs_input_grad):
                y.sign_()  # y is used up: its memory becomes [y > 0]
                _weighted_sums(on_sums[:-1, :, b], y, y_diagonal, small, weights)
                on_sums[-1, :, b] = (y_diagonal * d_diagonal[b, :k]).sum(-1)
        ctx.save_for_backward(y_sums, on_sums)
        ctx.dtypes = [x.dtype for x in coefficients]
        return y_sums[0].T, y_sums[4].T, squares

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        y_sums, on_sums = (x.transpose(1, 2) for x in ctx.saved_tensors)  # [sum, B, C]
        y_one, y_row, y_column, y_pair, y_diagonal, y_diagonal_row = 2 * gradients[2] * y_sums
        on_one, on_row, on_column, on_pair, on_diagonal, on_diagonal_row, on_diagonal_pair = on_sums
        total, trace = gradients[:2]
        both = total + trace
        found = (
            (total * on_pair + y_pair + trace * on_diagonal_pair).sum(0),
            (total * on_row + y_row + trace * on_diagonal_row).sum(0),
            (total * on_column + y_column + trace * on_diagonal_row).sum(0),
            (both * on_diagonal_row + y_diagonal_row).sum(0),
            total * on_one + y_one + trace * on_diagonal,
            both * on_diagonal + y_diagonal,
        )
        return None, None, None, *(g.to(dtype) for g, dtype in zip(found, ctx.dtypes, strict=True))


def _weighted_sums(out: Tensor, x: Tensor, x_diagonal: Tensor, d: Tensor, weights: Tensor) -> None:
    """Fill ``out`` [6, C, b] with the sums named in ``_SUMS`` of ``x`` [C, b, k, k]."""
    by_row = torch.matmul(weights, x)  # [C, b, 2, k]
    by_pair = torch.matmul(by_row, weights.transpose(1, 2))  # [C, b, 2, 2]
    out[0], out[1], out[2] = by_pair[..., 0, 0], by_pair[..., 1, 0], by_pair[..., 0, 1]
    out[3] = torch.matmul(x.flatten(2)[:, :, None], d.flatten(1)[:, :, None])[..., 0, 0]
    out[4:] = torch.matmul(weights, x_diagonal[..., None])[..., 0].movedim(-1, 0)


def pair_sums(d: Tensor, row_sum: Tensor, slots: Tensor, *coefficients: Tensor) -> tuple[Tensor, ...]:
    """(total [B, C], trace [B, C], squares [C]) of y, in the dtype of ``d``; see the module's formula.

    Args:
        d: [B, M, M] float32 or float64, constant. row_sum: [B, M], R. slots: [B] int64, the first ``slots``
            rows are real and the others empty; jets sorted by it run faster.
        coefficients: pair, row, column, diagonal [C]; shared, on_diagonal [B, C].
    """
    sums: tuple[Tensor, ...] = PairSums.apply(d, row_sum, slots, *coefficients)  # type: ignore[no-untyped-call]
    return sums
