"""The only N x N work of a float nanoPELICAN, fused: ReLU of all ordered pairs, summed over pairs.

    y_ijc = ReLU(pair_c d_ij + row_c R_i + column_c R_j + shared_cb + delta_ij (diagonal_c R_i + on_diagonal_cb))

with R_i = sum_j d_ij; batch norm is already in the coefficients. Everything behind y (masked batch norm,
LinEq 2->0) needs only sum_ij y, sum_i y_ii and, for the batch statistics, sum_ij y^2. As these are sums, the
gradient with respect to y_ij is one number for all pairs of a jet (plus a multiple of y, plus another number on
the diagonal), so a few weighted sums of y and of the step function [y > 0], taken on the way forward, are all
that the way back needs: no N x N tensor is kept, and none is made twice.

The number of the jet is the last axis of every tensor: each operation then runs over jets with vector
instructions, sums over constituents included, and the six coefficients need no N x N copies.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

#: values of y handled at a time: they then stay in a core's second-level cache
CHUNK_PAIRS = 131_072
#: jets handled at a time are at least so many, for the vector instructions
FEWEST_JETS = 64
#: stands for minus infinity: ReLU makes pairs with an empty slot exactly zero
EMPTY = -1e30

# Weighted sums over one jet's pairs, in this order; "diagonal" sums run over i = j only.
_SUMS = ("one", "row", "column", "pair", "diagonal_one", "diagonal_row")


class PairSums(torch.autograd.Function):
    """(total [C, B], trace [C, B], squares [C]) of y; use it through :func:`pair_sums`."""

    @staticmethod
    def forward(
        ctx: Any, d: Tensor, row_sum: Tensor, slots: Tensor, *coefficients: Tensor
    ) -> tuple[Tensor, ...]:
        pair, row, column, diagonal = (x.to(d.dtype)[:, None, None] for x in coefficients[:4])  # [C, 1, 1]
        shared, on_diagonal = (x.to(d.dtype)[:, None] for x in coefficients[4:])  # [C, 1, B]
        (m, jets), channels = row_sum.shape, len(pair)
        y_sums = d.new_empty(len(_SUMS), channels, jets)
        on_sums = d.new_empty(len(_SUMS) + 1, channels, jets)
        squares = d.new_zeros(channels)
        row_sum = row_sum.to(d.dtype)
        empty = torch.arange(m, device=d.device)[:, None] >= slots
        left = (row_sum * row + shared).masked_fill_(empty, EMPTY)  # [C, M, B]
        right = (row_sum * column).masked_fill_(empty, EMPTY)
        middle = row_sum * diagonal + on_diagonal
        d_diagonal = d.diagonal().T  # [M, B]
        per_chunk = max(FEWEST_JETS, CHUNK_PAIRS // (m * m * channels))
        for start in range(0, jets, per_chunk):
            b = slice(start, min(start + per_chunk, jets))
            k = max(1, int(slots[b].max()))
            small, sums = d[:k, :k, b], row_sum[:k, b]
            y = small * pair[..., None]  # [C, k, k, b]
            y += left[:, :k, None, b]
            y += right[:, None, :k, b]
            y_diagonal = y.diagonal(dim1=1, dim2=2).transpose(1, 2)  # [C, k, b]
            y_diagonal += middle[:, :k, b]
            y.relu_()
            flat = y.view(channels, -1)
            squares += torch.stack([torch.dot(channel, channel) for channel in flat])
            _weighted_sums(y_sums[:, :, b], y, y_diagonal, small, sums)
            if any(ctx.needs_input_grad):
                y.sign_()  # y is used up: its memory becomes [y > 0]
                _weighted_sums(on_sums[:-1, :, b], y, y_diagonal, small, sums)
                on_sums[-1, :, b] = (y_diagonal * d_diagonal[:k, b]).sum(1)
        ctx.save_for_backward(y_sums, on_sums)
        ctx.dtypes = [x.dtype for x in coefficients]
        return y_sums[0], y_sums[4], squares

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        y_sums, on_sums = ctx.saved_tensors  # [sum, C, B]
        total, trace, squares = gradients
        y_one, y_row, y_column, y_pair, y_diagonal, y_diagonal_row = 2 * squares[:, None] * y_sums
        on_one, on_row, on_column, on_pair, on_diagonal, on_diagonal_row, on_diagonal_pair = on_sums
        both = total + trace
        found = (
            (total * on_pair + y_pair + trace * on_diagonal_pair).sum(1),
            (total * on_row + y_row + trace * on_diagonal_row).sum(1),
            (total * on_column + y_column + trace * on_diagonal_row).sum(1),
            (both * on_diagonal_row + y_diagonal_row).sum(1),
            total * on_one + y_one + trace * on_diagonal,
            both * on_diagonal + y_diagonal,
        )
        return None, None, None, *(g.to(dtype) for g, dtype in zip(found, ctx.dtypes, strict=True))


def _weighted_sums(out: Tensor, x: Tensor, x_diagonal: Tensor, d: Tensor, row_sum: Tensor) -> None:
    """Fill ``out`` [6, C, b] with the sums named in ``_SUMS`` of ``x`` [C, k, k, b]; overwrites nothing else."""
    by_column, by_row = x.sum(1), x.sum(2)  # [C, k, b]
    out[0], out[1], out[2] = by_row.sum(1), (by_row * row_sum).sum(1), (by_column * row_sum).sum(1)
    out[3] = (x * d).flatten(1, 2).sum(1)
    out[4], out[5] = x_diagonal.sum(1), (x_diagonal * row_sum).sum(1)


def pair_sums(d: Tensor, row_sum: Tensor, slots: Tensor, *coefficients: Tensor) -> tuple[Tensor, ...]:
    """(total [C, B], trace [C, B], squares [C]) of y, in the dtype of ``d``; see the module's formula.

    Args:
        d: [M, M, B] float32 or float64, constant. row_sum: [M, B], R. slots: [B] int64, the first ``slots``
            rows are real and the others empty; jets sorted by it run faster.
        coefficients: pair, row, column, diagonal [C]; shared, on_diagonal [C, B].
    """
    sums: tuple[Tensor, ...] = PairSums.apply(d, row_sum, slots, *coefficients)  # type: ignore[no-untyped-call]
    return sums
