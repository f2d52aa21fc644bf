"""Adders of constant matrices: by hand for small ones, and their digits against the numbers they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import FixedType
from fpgajet.ops.inventory import LONG_WEIGHT, Inventory
from fpgajet.ops.shift_adds import ShiftAdds, longest, shift_adds

BYTE, SIGNED = FixedType(False, 8, 0), FixedType(True, 8, 0)


def of(weights: list[list[int]], kind: FixedType = BYTE) -> ShiftAdds:
    return shift_adds(np.array(weights), kind)


@pytest.mark.parametrize(
    ("weights", "bits", "levels"),
    [
        ([[0, 4, -1]], 6, 1),  # 4 x - y: both have the bits 2 to 7
        ([[64], [-1]], 0, 0),  # wires
        ([[5]], 6, 1),  # x + 4 x overlap in bits 2 to 7
        ([[5], [-40], [10]], 6, 1),  # one 5 x for all
        ([[7]], 5, 1),  # 8 x - x overlap in bits 3 to 7
        ([[1, 1]], 8, 1),
        ([[1, 1, 1, 1]], 8 + 8 + 9, 2),
        ([[256, 1]], 0, 1),  # nothing overlaps
    ],
)
def test_bits_of_small_matrices(weights: list[list[int]], bits: int, levels: int) -> None:
    assert of(weights) == ShiftAdds(bits, levels)


def test_sign_extensions_take_tables() -> None:
    """The sum of two signed bytes has nine bits, and both operands reach the last one."""
    assert of([[1, 1]], SIGNED).bits == 9
    assert of([[256, 1]], SIGNED).bits > 0


def test_zeros_cost_nothing() -> None:
    rng = np.random.default_rng(1)
    dense = rng.integers(-127, 128, (8, 8))
    sparse = dense * (rng.random(dense.shape) > 0.5)
    assert shift_adds(sparse, BYTE).bits < 0.6 * shift_adds(dense, BYTE).bits


def test_long_weights_stay_products() -> None:
    """HLS may put a product with a long constant into a DSP: it is not taken apart."""
    units = Inventory()
    units.matrix(3, np.array([[701, 3]]), BYTE, LONG_WEIGHT)
    assert not units.shift_adds
    assert [u.count for u in units.constant_products] == [6]
    units = Inventory()
    units.matrix(3, np.array([[701, 3]]), BYTE, LONG_WEIGHT - 1)
    assert units.shift_adds == 3 * of([[701, 3]]).bits
    assert not units.constant_products


def test_zeros_at_the_ends_of_weights_do_not_make_them_long() -> None:
    """A weight that training has left 2 of 12 bits is taken apart as one of 2 bits is."""
    assert [longest(np.array([[w, -1]])) for w in (1, 3, 3 << 9, 701)] == [2, 3, 3, 11]
    units = Inventory()
    units.matrix(3, np.array([[3 << 9, -(5 << 8)]]), BYTE, 12)
    assert units.shift_adds == 3 * of([[3 << 9, -(5 << 8)]]).bits
    assert not units.constant_products


def test_zeros_at_the_ends_of_inputs_cost_nothing() -> None:
    """x = 8 y: only the five bits of y are added."""
    assert shift_adds(np.array([[1, 1]]), BYTE, [3, 3]).bits == 5
    assert shift_adds(np.array([[5, 0]]), BYTE, [3, 0]).bits == of([[5, 0]], FixedType(False, 5, 0)).bits
    assert shift_adds(np.array([[1, 1]]), BYTE, [0, 8]).bits == 0
    weights = np.random.default_rng(2).integers(-31, 32, (6, 4))
    costs = [shift_adds(weights, SIGNED, [k] * 4).bits for k in range(8)]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] == shift_adds(weights, SIGNED).bits > 2 * costs[6]
