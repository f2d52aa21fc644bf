"""Brevitas quantisers of exactly the meaning of a :class:`FixedType`, with straight-through gradients.

Scales are constant powers of two, so in float64 division, rounding, clipping and multiplication are exact
and a quantiser's result equals ``fpgajet.fixed.requantise`` bit for bit. The gradient passes the rounding
unchanged and stops where a value is clipped (Brevitas ``TensorClamp``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import torch
import torch._dynamo  # before brevitas, which imports it within a bare except and so loses a Ctrl-C
from brevitas.core.function_wrapper import FloorSte, RoundSte
from brevitas.core.quant import IntQuant
from torch import Tensor, nn

from fpgajet.fixed import FixedType, Overflow, Rounding


class HalfUpSte(nn.Module):
    """Nearest integer, ties towards +infinity, straight-through; Brevitas has no such rounding."""

    def forward(self, x: Tensor) -> Tensor:
        floor = torch.floor(x)
        # floor(x + 0.5) would round for x just below a half; compare the rest instead.
        rounded = floor + (x - floor >= 0.5).to(x.dtype)
        return x + (rounded - x).detach() if x.requires_grad else rounded


_ROUNDINGS: dict[Rounding, type[nn.Module]] = {
    Rounding.HALF_EVEN: RoundSte,
    Rounding.FLOOR: FloorSte,
    Rounding.HALF_UP: HalfUpSte,
}


class Quantiser(nn.Module):
    """Float64 tensor of any shape -> the values of ``precision`` nearest in its sense; no parameters, no state.

    Raises:
        ValueError: ``precision`` wraps. A wrapped value has no useful gradient, so training never wraps.
    """

    def __init__(self, precision: FixedType) -> None:
        super().__init__()
        if precision.overflow is Overflow.WRAP:
            raise ValueError(f"{precision} wraps: training needs a saturating type")
        self.precision = precision
        self.integers = IntQuant(
            narrow_range=precision.overflow is Overflow.SAT_SYM,
            signed=precision.signed,
            input_view_impl=nn.Identity(),
            float_to_int_impl=_ROUNDINGS[precision.rounding](),
        )
        # Plain attributes, not buffers: the type says it all, so a checkpoint must not repeat it.
        self._scale = torch.tensor(precision.lsb, dtype=torch.float64)
        self._zero = torch.tensor(0.0, dtype=torch.float64)
        self._bits = torch.tensor(float(precision.bits), dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype != torch.float64:
            raise TypeError(f"quantisers are exact in float64 only, not in {x.dtype}")
        return cast(Tensor, self.integers(self._scale, self._zero, self._bits, x))


@lru_cache(maxsize=256)
def quantiser(precision: FixedType) -> Quantiser:
    """The quantiser of a type; it has no state, so one serves everybody."""
    return Quantiser(precision)
