"""Unit costs: DSP rules, constant products, requantisers, sharing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fpgajet.estimate.blocks import Block
from fpgajet.estimate.calibration import calibration
from fpgajet.estimate.standard.matrices import constant_products, effective_bits, matrix_product
from fpgajet.estimate.units import constant_product_bits, dsp_slices, in_dsp, resources, shared_between
from fpgajet.fixed import FixedType
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.signed_digits import count_digits


def t(text: str) -> FixedType:
    return FixedType.from_ap_fixed(text)


def block(units: Inventory, digits: float | None = None) -> Block:
    return Block("b", "b", (), units, 0, digits)


@pytest.mark.parametrize(
    ("bits", "other", "slices"),
    [(18, 18, 1), (27, 18, 1), (18, 27, 1), (28, 18, 2), (24, 24, 2), (36, 36, 4), (12, 12, 1), (53, 35, 4)],
)
def test_dsp_slices(bits: int, other: int, slices: int) -> None:
    """mul_18s_18s: 1, mul_24s_24s: 2, mul_36s_36s: 4 in the public reports."""
    assert dsp_slices(bits, other) == slices


def test_small_products_stay_in_logic() -> None:
    assert [in_dsp(*pair) for pair in ((10, 10), (9, 9), (12, 12), (6, 11))] == [False, False, True, True]


def test_products_with_constants() -> None:
    assert constant_product_bits(8, 6, 1.0) == 0, "a power of two is a wire"
    assert constant_product_bits(8, 6, 2.0) == 11


def test_effective_bits() -> None:
    assert [effective_bits(v) for v in (0, 1, 4, 6, -12, 9)] == [0, 1, 1, 2, 2, 4]


def test_sharing_starts_at_three() -> None:
    units = Inventory()
    units.sum_of_products(171, 4, 12, 12)
    used = [resources(block(units), ii, calibration()).dsp for ii in (1, 2, 3, 4)]
    assert used == [684, 684, 228, 171]
    assert shared_between(2) == 1


def test_the_adder_behind_a_product_is_free_in_a_dsp() -> None:
    in_slice, in_logic = Inventory(), Inventory()
    in_slice.sum_of_products(10, 4, 12, 12)
    in_logic.sum_of_products(10, 4, 8, 8)
    assert resources(block(in_slice), 1, calibration()).logic_lut == 0
    found = resources(block(in_logic), 1, calibration())
    assert found.dsp == 0
    assert found.logic_lut > 10 * 4 * 8 * 8 * 0.4


def test_requantiser() -> None:
    def logic(given: str, to: str) -> int:
        units = Inventory()
        units.requantise(1, t(given), t(to))
        return sum(u.bits for u in units.selectors)

    assert logic("ap_fixed<16,8>", "ap_fixed<10,8,AP_TRN,AP_WRAP>") == 0, "floor is wires"
    assert logic("ap_fixed<16,8>", "ap_fixed<10,8,AP_TRN,AP_SAT>") == 0, "nothing to saturate"
    nearest = logic("ap_fixed<16,8>", "ap_fixed<10,8,AP_RND,AP_SAT>")
    even = logic("ap_fixed<16,8>", "ap_fixed<10,8,AP_RND_CONV,AP_SAT>")
    assert 0 < nearest < even
    assert logic("ap_fixed<16,8>", "ap_fixed<10,4,AP_TRN,AP_SAT>") > 0


def test_matrix_product_counts_effective_bit_operations() -> None:
    weights = np.array([[1, 3], [0, -6], [5, 8]])
    units, kind = matrix_product(2, weights, t("ap_fixed<8,4>"), 3)
    assert units.matrix_ebops == 2 * 8 * (1 + 2 + 0 + 2 + 3 + 1)
    assert kind.fraction == 4 + 3
    # the largest column holds 17 in absolute value: five more bits
    assert kind.bits == 8 + 5
    assert resources(block(units), 1, calibration()).matrix_lut == pytest.approx(
        calibration().lut_per_ebop * units.matrix_ebops
    )


@given(
    constants=st.lists(st.integers(-600, 600), min_size=1, max_size=5),
    bits=st.integers(2, 12),
    signed=st.booleans(),
)
@example(constants=[-1], bits=2, signed=True)
@example(constants=[-4, 3], bits=2, signed=True)
def test_the_type_of_constant_products_holds_them_all(constants: list[int], bits: int, signed: bool) -> None:
    given_type = FixedType(signed, bits, 3)
    units, result = constant_products(np.array(constants), given_type, 4)
    for constant in constants:
        for raw in (given_type.lowest, given_type.highest, 1):
            product = raw * constant * 2.0 ** (result.fraction - 7)
            assert product == int(product)
            assert result.lowest <= product <= result.highest
    assert sum(u.count for u in units.constant_products) == sum(count_digits(c) > 1 for c in constants)


def test_wide_constant_products_go_into_dsps() -> None:
    units, _ = matrix_product(1, np.array([[1023, 1024, 703]]).T, t("ap_fixed<16,8>"), 10)
    assert resources(block(units), 1, calibration()).dsp == 1, "1023 and 1024 are one adder and none"


def test_large_tables_lie_in_block_ram() -> None:
    units = Inventory(tables=[Units(3, 18, 10)])
    used = resources(block(units), 1, calibration())
    assert (used.bram, used.logic_lut) == (1.5, 0)
