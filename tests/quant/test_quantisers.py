"""Brevitas quantisers hold the same values as the fixed-point type."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from fpgajet.fixed import FixedType, Overflow, Rounding, from_real, to_real
from quant.quantisers import Quantiser

KINDS = [
    FixedType(signed, bits, fraction, rounding, overflow)
    for (signed, overflow), bits, fraction, rounding in itertools.product(
        [(True, Overflow.SAT), (True, Overflow.SAT_SYM), (False, Overflow.SAT)],
        [2, 6, 16],
        [-3, 0, 9],
        list(Rounding),
    )
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_equals_fixed_point_on_ties_and_beyond_the_range(kind: FixedType) -> None:
    quarters = np.arange(-4 * 80, 4 * 80 + 1) * kind.lsb / 4  # every tie, and both sides of it
    edges = np.array([kind.lowest, kind.highest])[:, None] * kind.lsb + quarters[None]
    x = np.concatenate([quarters, edges.ravel(), [0.49999999999999994 * kind.lsb]])
    found = Quantiser(kind)(torch.from_numpy(x)).numpy()
    assert np.array_equal(found, to_real(from_real(x, kind), kind.fraction))
    assert np.unique(found).size > 2


@pytest.mark.parametrize("rounding", list(Rounding))
def test_gradient_passes_rounding_and_stops_at_saturation(rounding: Rounding) -> None:
    kind = FixedType(True, 4, 1, rounding, Overflow.SAT)
    x = torch.tensor([-9.0, -1.3, 0.2, 3.3, 9.0], dtype=torch.float64, requires_grad=True)
    torch.autograd.backward(Quantiser(kind)(x).sum())
    assert x.grad is not None
    assert x.grad.tolist() == [0, 1, 1, 1, 0]


def test_wrapping_types_and_float32_are_refused() -> None:
    with pytest.raises(ValueError, match="wraps"):
        Quantiser(FixedType(True, 4, 1))
    with pytest.raises(TypeError, match="float64"):
        Quantiser(FixedType(True, 4, 1, Rounding.FLOOR, Overflow.SAT))(torch.zeros(1))
