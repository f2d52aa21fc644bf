"""The only N x N work of a float nanoPELICAN, fused: ReLU of all ordered pairs, summed over pairs.

    y_ijc = ReLU(w_c d_ij + row_ic + column_jc + delta_ij diagonal_ic)

Everything behind y (masked batch norm, LinEq 2->0) needs only sum_ij y, sum_i y_ii and, for the batch
statistics, sum_ij y^2. As these are sums, the gradient with respect to y_ij is the same number for all
pairs of a jet (plus a multiple of y and one more number on the diagonal), so sums taken on the way forward
are all that the way back needs: no N x N tensor is kept, and none is made twice.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

#: pairs of one channel handled at a time: d, y and y > 0 then stay in a core's second-level cache
CHUNK_PAIRS = 65_536
#: stands for minus infinity: ReLU makes pairs with an empty slot exactly zero
EMPTY = -1e30


class PairSums(torch.autograd.Function):
    """(total [B, C], trace [B, C], squares [C]) of y; see the module's formula.

    Arguments of ``apply``: d [B, M, M] (float32 or float64, constant), weight [C], row, column, diagonal
    [B, M, C] (same dtype), slots [B] (int64): the first ``slots`` rows are real, the others count as empty.
    Jets sorted by ``slots`` run faster, since a chunk is only as large as its largest jet.
    """

    @staticmethod
    def forward(
        ctx: Any, d: Tensor, weight: Tensor, row: Tensor, column: Tensor, diagonal: Tensor, slots: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        jets, m, channels = row.shape
        empty = (torch.arange(m) >= slots[:, None])[:, :, None]
        row, column = row.masked_fill(empty, EMPTY), column.masked_fill(empty, EMPTY)
        needs_gradient = any(ctx.needs_input_grad)
        sums = {
            name: torch.zeros((channels, jets, *tail), dtype=d.dtype)
            for name, tail in {
                "row_y": (m,), "column_y": (m,), "diagonal_y": (m,),
                "row_on": (m,), "column_on": (m,), "diagonal_on": (m,), "d_on": (), "d_y": (),
            }.items()
        }  # fmt: skip
        squares = torch.zeros(channels, dtype=d.dtype)
        per_chunk = max(1, CHUNK_PAIRS // (m * m))
        for start in range(0, jets, per_chunk):
            b = slice(start, min(start + per_chunk, jets))
            k = max(1, int(slots[b].max()))
            small = d[b, :k, :k].contiguous()
            ones = torch.ones(small.shape[0], k, dtype=d.dtype)
            for c in range(channels):
                left = torch.stack([row[b, :k, c], ones], -1)
                right = torch.stack([ones, column[b, :k, c]], -2)
                y = torch.baddbmm(small, left, right, beta=float(weight[c]))
                y.diagonal(dim1=-2, dim2=-1).add_(diagonal[b, :k, c])
                y.relu_()
                squares[c] += torch.dot(y.view(-1), y.view(-1))
                sums["row_y"][c, b, :k] = y.sum(-1)
                sums["diagonal_y"][c, b, :k] = y.diagonal(dim1=-2, dim2=-1)
                if needs_gradient:
                    sums["column_y"][c, b, :k] = y.sum(-2)
                    sums["d_y"][c, b] = _dots(y, small)
                    on = y.sign_()  # y is used up: reuse its memory for 1 where y > 0
                    sums["row_on"][c, b, :k] = on.sum(-1)
                    sums["column_on"][c, b, :k] = on.sum(-2)
                    sums["diagonal_on"][c, b, :k] = on.diagonal(dim1=-2, dim2=-1)
                    sums["d_on"][c, b] = _dots(on, small)
        d_diagonal = d.diagonal(dim1=-2, dim2=-1)
        ctx.save_for_backward(d_diagonal, *sums.values())
        return sums["row_y"].sum(-1).T, sums["diagonal_y"].sum(-1).T, squares

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_diagonal, row_y, column_y, diagonal_y, row_on, column_on, diagonal_on, d_on, d_y = ctx.saved_tensors
        total, trace = (g.T[:, :, None] for g in gradients[:2])  # [C, B, 1]
        squares = 2 * gradients[2][:, None, None]
        extra = trace * diagonal_on
        row = total * row_on + squares * row_y + extra
        column = total * column_on + squares * column_y + extra
        diagonal = total * diagonal_on + squares * diagonal_y + extra
        weight = (total[..., 0] * d_on + squares[..., 0] * d_y + (extra * d_diagonal).sum(-1)).sum(-1)
        return None, weight, row.permute(1, 2, 0), column.permute(1, 2, 0), diagonal.permute(1, 2, 0), None


def pair_sums(
    d: Tensor, weight: Tensor, row: Tensor, column: Tensor, diagonal: Tensor, slots: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """:class:`PairSums` as a typed function."""
    sums: tuple[Tensor, Tensor, Tensor] = PairSums.apply(d, weight, row, column, diagonal, slots)  # type: ignore[no-untyped-call]
    return sums


def _dots(x: Tensor, y: Tensor) -> Tensor:
    """sum_ij x_ij y_ij of every jet, [B]."""
    flat = (x.shape[0], 1, -1)
    return torch.bmm(x.reshape(flat), y.reshape(flat).transpose(1, 2)).view(-1)
