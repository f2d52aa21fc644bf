"""The operators' arithmetic on torch tensors: what training computes is what the hardware computes.

Values are float64, which is exact as long as every intermediate fits 53 bits; the interval analysis of
``fpgajet.ops`` guarantees that for every network. Only :meth:`TorchArithmetic.quantise` rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from fpgajet.fixed import FixedType, Overflow, from_real, to_real
from fpgajet.ops.arithmetic import Arithmetic, IntIndex
from quant.quantisers import quantiser


class TorchArithmetic(Arithmetic[Tensor]):
    """Float64 tensors with leading batch axes; differentiable, rounding is straight-through."""

    def quantise(self, name: str, x: Tensor, to: FixedType) -> Tensor:
        if to.overflow is Overflow.WRAP and not x.requires_grad:
            return _wrapped(x, to)
        result: Tensor = quantiser(to)(x)
        return result

    def constant(self, values: NDArray[Any]) -> Tensor:
        return torch.tensor(values, dtype=torch.float64)

    def scale(self, x: Tensor, exponent: int) -> Tensor:
        return x * 2.0**exponent

    def sum(self, x: Tensor, axis: int) -> Tensor:
        return x.sum(axis)

    def take(self, x: Tensor, index: IntIndex, axis: int) -> Tensor:
        if isinstance(index, int):
            return x.select(axis, index)
        axis %= x.dim()
        taken = x.index_select(axis, torch.from_numpy(index.reshape(-1)))
        return taken.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1 :])

    def expand(self, x: Tensor, axis: int) -> Tensor:
        return x.unsqueeze(axis)

    def concat(self, xs: Sequence[Tensor], axis: int) -> Tensor:
        return torch.cat(list(xs), axis)

    def relu(self, x: Tensor) -> Tensor:
        return torch.relu(x)

    def abs(self, x: Tensor) -> Tensor:
        return x.abs()

    def nonzero(self, x: Tensor) -> Tensor:
        return (x != 0).to(torch.float64)

    def gate(self, x: Tensor, bit: Tensor) -> Tensor:
        return torch.where(bit != 0, x, 0.0)

    def less(self, x: Tensor, y: Tensor) -> Tensor:
        return (x < y).to(torch.float64)

    def select(self, bit: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return torch.where(bit != 0, x, y)

    def linear(self, x: Tensor, weight: Tensor) -> Tensor:
        return x @ weight.T

    def lookup(self, table: Tensor, index: Tensor) -> Tensor:
        row, last = index.detach().long().reshape(-1), len(table) - 1
        shape = index.shape + table.shape[1:]
        values = table.index_select(0, row).reshape(shape)
        if not index.requires_grad:
            return values
        # An index that is trained: the slope of the table, as a central difference, is its gradient.
        with torch.no_grad():
            here = torch.arange(last + 1)
            slopes = (table[(here + 1).clamp(max=last)] - table[(here - 1).clamp(min=0)]) / 2
            slope = slopes.index_select(0, row).reshape(shape)
        step = (index - index.detach()).reshape(index.shape + (1,) * (table.dim() - 1))
        return values + step * slope


def _wrapped(x: Tensor, to: FixedType) -> Tensor:
    """By the definition itself: a wrapping type has no gradient, so no straight-through quantiser."""
    return torch.from_numpy(to_real(from_real(x.numpy(), to), to.fraction))
