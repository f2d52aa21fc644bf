"""The only N x N work of a float nanoPELICAN, fused: ReLU of all ordered pairs, summed over pairs.

    y_ijc = ReLU(pair_c d_ij + row_c R_i + column_c R_j + shared_cb + delta_ij (diagonal_c R_i + on_diagonal_cb))

with R_i = sum_j d_ij; batch norm is already in the coefficients. For nPELICAN_N row, column and diagonal coefficients
are multiplied by a scale of the jet each. Everything behind y (masked batch norm,
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
CHUNK_PAIRS = 262_144
#: jets handled at a time are at least so many, for the vector instructions
FEWEST_JETS = 64
#: stands for minus infinity: ReLU makes pairs with an empty slot exactly zero
EMPTY = -1e30

#: The columns of a mixing matrix: what multiplies d_ij, R_i and R_j, R_i on the diagonal, and the features of the
#: jet on all pairs and on the diagonal (here those of nPELICAN: 1, n, n^2, sum_ij d_ij).
TERMS = (
    "pair", "row", "column", "diagonal row", "one", "n", "n^2", "total",
    "diagonal one", "diagonal n", "diagonal n^2", "diagonal total",
)  # fmt: skip

# Weighted sums over one jet's pairs, in this order; "diagonal" sums run over i = j only.
_SUMS = ("one", "row", "column", "pair", "diagonal one", "diagonal row")


class PairSums(torch.autograd.Function):
    """([total, trace] [2, C, B], squares [C]) of y; use it through :func:`pair_sums`."""

    @staticmethod
    def forward(
        ctx: Any, d: Tensor, row_sum: Tensor, slots: Tensor, features: Tensor, mixing: Tensor, *scales: Tensor
    ) -> tuple[Tensor, Tensor]:
        pair, row, column, diagonal = mixing[:, :4].to(d.dtype).T[..., None, None]  # [C, 1, 1]
        if scales:
            row, column, diagonal = (
                c * s.to(d.dtype) for c, s in zip((row, column, diagonal), scales[0], strict=True)
            )
        middle = 4 + len(features)
        shared = (mixing[:, 4:middle] @ features).to(d.dtype)[:, None]  # [C, 1, B]
        on_diagonal = (mixing[:, middle:] @ features).to(d.dtype)[:, None]
        (m, jets), channels = row_sum.shape, len(mixing)
        y_sums = d.new_empty(len(_SUMS), channels, jets)
        on_sums = d.new_empty(len(_SUMS) + 1, channels, jets)
        squares = d.new_zeros(channels)
        row_sum = row_sum.to(d.dtype)
        empty = torch.arange(m, device=d.device)[:, None] >= slots
        left = (row_sum * row + shared).masked_fill_(empty, EMPTY)  # [C, M, B]
        right = (row_sum * column).masked_fill_(empty, EMPTY)
        only_diagonal = row_sum * diagonal + on_diagonal
        d_diagonal = d.diagonal().T  # [M, B]
        learning = any(ctx.needs_input_grad)
        per_chunk = max(FEWEST_JETS, CHUNK_PAIRS // (m * m * channels))
        for start in range(0, jets, per_chunk):
            b = slice(start, min(start + per_chunk, jets))
            k = max(1, int(slots[b].max()))
            small, sums = d[:k, :k, b], row_sum[:k, b]
            y = small * pair[..., None]  # [C, k, k, b]
            y += left[:, :k, None, b]
            y += right[:, None, :k, b]
            y_diagonal = y.diagonal(dim1=1, dim2=2).transpose(1, 2)  # [C, k, b]
            y_diagonal += only_diagonal[:, :k, b]
            y.relu_()
            for channel, flat in enumerate(y.view(channels, -1)):
                squares[channel] += torch.dot(flat, flat)
            _weighted_sums(y_sums[:, :, b], y, y_diagonal, small, sums)
            if learning:
                y.sign_()  # y is used up: its memory becomes [y > 0]
                _weighted_sums(on_sums[:-1, :, b], y, y_diagonal, small, sums)
                torch.sum(y_diagonal * d_diagonal[:k, b], 1, out=on_sums[-1, :, b])
        ctx.save_for_backward(y_sums, on_sums, features, mixing, *scales)
        return y_sums[::4].double(), squares.double()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        y_sums, on_sums, features, mixing, *scales = ctx.saved_tensors  # sums: [sum, C, B]
        total, trace = gradients[0].to(y_sums.dtype)
        y_one, y_row, y_column, y_pair, y_diagonal, y_diagonal_row = y_sums * (
            2 * gradients[1].to(y_sums.dtype)[:, None]
        )
        on_one, on_row, on_column, on_pair, on_diagonal, on_diagonal_row, on_diagonal_pair = on_sums
        both = total + trace
        by_jet = torch.stack(
            [
                total * on_pair + trace * on_diagonal_pair + y_pair,
                total * on_row + trace * on_diagonal_row + y_row,
                total * on_column + trace * on_diagonal_row + y_column,
                both * on_diagonal_row + y_diagonal_row,
            ]
        )  # [4, C, B]
        of_scales: tuple[Tensor, ...] = ()
        if scales:
            of_scales = ((by_jet[1:] * mixing[:, 1:4].T[..., None]).sum(1),)
            by_jet = torch.cat([by_jet[:1], by_jet[1:] * scales[0][:, None]])
        shared = (total * on_one + trace * on_diagonal + y_one).double()
        on_diagonal = (both * on_diagonal + y_diagonal).double()
        of_mixing = [by_jet.sum(2, dtype=torch.float64).T, shared @ features.T, on_diagonal @ features.T]
        of_features = None
        if ctx.needs_input_grad[3]:
            middle = 4 + len(features)
            of_features = mixing[:, 4:middle].T @ shared + mixing[:, middle:].T @ on_diagonal
        return None, None, None, of_features, torch.cat(of_mixing, 1), *of_scales


def _weighted_sums(out: Tensor, x: Tensor, x_diagonal: Tensor, d: Tensor, row_sum: Tensor) -> None:
    """Fill ``out`` [6, C, b] with the sums named in ``_SUMS`` of ``x`` [C, k, k, b]."""
    by_column, by_row = x.sum(1), x.sum(2)  # [C, k, b]
    torch.sum(by_row, 1, out=out[0])
    torch.sum(by_row.mul_(row_sum), 1, out=out[1])
    torch.sum(by_column.mul_(row_sum), 1, out=out[2])
    torch.sum((x * d).flatten(1, 2), 1, out=out[3])
    torch.sum(x_diagonal, 1, out=out[4])
    torch.sum(x_diagonal * row_sum, 1, out=out[5])


def pair_sums(
    d: Tensor, row_sum: Tensor, slots: Tensor, features: Tensor, mixing: Tensor, *scales: Tensor
) -> tuple[Tensor, Tensor]:
    """([sum_ij y, sum_i y_ii] [2, C, B], sum of all y^2 [C]), float64; see the module's formula.

    Args:
        d: [M, M, B] float32 or float64, constant: y is computed in its dtype. row_sum: [M, B], R.
        slots: [B] int64, the first ``slots`` rows are real and the others empty; jets sorted by it run faster.
        features: [F, B] float64, for example 1, n, n^2, sum_ij d_ij of each jet.
        mixing: [C, 4 + 2 F] float64, columns as in ``TERMS``.
        scales: none, or one [3, B] float64: what R_i, R_j and R_i on the diagonal are multiplied by.
    """
    sums: tuple[Tensor, Tensor] = PairSums.apply(d, row_sum, slots, features, mixing, *scales)  # type: ignore[no-untyped-call]
    return sums
