"""Attention with tables: what empty objects hold is of no consequence, and shares are those of the tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.ops import SoftmaxMean
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.tables import softmax_tables
from tests.networks import t

ARGUMENT, EXPONENTIAL = t("ap_ufixed<6,3,AP_TRN,AP_SAT>"), t("ap_ufixed<8,1,AP_RND_CONV,AP_SAT>")
DENOMINATOR, RECIPROCAL = t("ap_ufixed<7,2,AP_TRN,AP_SAT>"), t("ap_ufixed<8,1,AP_RND_CONV,AP_SAT>")
LOGIT, INPUT, OUTPUT = t("ap_fixed<8,5>"), t("ap_fixed<8,4>"), t("ap_fixed<12,4,AP_TRN,AP_SAT>")
N, F, H = 4, 4, 2

raw_z = st.lists(st.integers(INPUT.lowest, INPUT.highest), min_size=N * F, max_size=N * F)
raw_e = st.lists(st.integers(LOGIT.lowest, LOGIT.highest), min_size=N * N * H, max_size=N * N * H)
masks = st.lists(st.integers(0, 1), min_size=N, max_size=N)


def attention(z: np.ndarray, e: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Raw output [N, F] of raw z [N, F] and logits [N, N, H]."""
    n = len(mask)
    tables = softmax_tables(ARGUMENT, EXPONENTIAL, DENOMINATOR, RECIPROCAL)
    inputs = [
        FixedArray(z[None], INPUT.fraction), FixedArray(e[None], LOGIT.fraction), FixedArray(mask[None], 0),
    ]  # fmt: skip
    tensors = {
        name: FixedArray(raw, kind.fraction)
        for name, raw, kind in zip(
            ("exponential", "reciprocal"), tables, (EXPONENTIAL, RECIPROCAL), strict=True
        )
    }
    operator = SoftmaxMean(OUTPUT, ARGUMENT, DENOMINATOR, n, F, H)
    return operator.forward(IntegerArithmetic(), inputs, tensors).raw[0]


def arrays(z: list[int], e: list[int], mask: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array(z).reshape(N, F), np.array(e).reshape(N, N, H), np.array(mask)


@settings(deadline=None)
@given(raw_z, raw_e, masks, raw_z, raw_e)
def test_empty_objects_contribute_nothing(
    z: list[int], e: list[int], mask: list[int], other_z: list[int], other_e: list[int]
) -> None:
    """Any numbers and logits of empty slots, and the slots themselves left out: the same means for the real ones."""
    (numbers, logits, real), (noise, noise_e, _) = arrays(z, e, mask), arrays(other_z, other_e, mask)
    some = real == 1
    found = attention(numbers, logits, real)
    disturbed = attention(
        np.where(some[:, None], numbers, noise), np.where(some[None, :, None], logits, noise_e), real
    )
    np.testing.assert_array_equal(disturbed[some], found[some])
    if some.any():
        without = attention(numbers[some], logits[some][:, some], real[some])
        np.testing.assert_array_equal(without, found[some])
    else:
        assert not found.any()


@settings(deadline=None)
@given(raw_z, raw_e, masks)
def test_it_is_the_formula_of_its_tables(z: list[int], e: list[int], mask: list[int]) -> None:
    """Object by object and head by head, in Python's own integers."""
    numbers, logits, real = arrays(z, e, mask)
    found = attention(numbers, logits, real)
    exponential, reciprocal = softmax_tables(ARGUMENT, EXPONENTIAL, DENOMINATOR, RECIPROCAL)
    some = [j for j in range(N) if mask[j]]
    for i in range(N):
        for c in range(F):
            head = c * H // F
            values = [int(logits[i, j, head]) for j in some]
            # Logits are in steps of 1/8, as the addresses of the table are.
            shares = [int(exponential[min(max(values) - v, 63)]) for v in values]
            # Sums are in steps of 2^-7, addresses of reciprocals in steps of 2^-5.
            r = int(reciprocal[min(sum(shares) >> 2, 127)])
            heard = sum(share * int(numbers[j, c]) for share, j in zip(shares, some, strict=True)) * r
            # 7 + 4 + 7 bits behind the point, of which 8 stay.
            assert found[i, c] == min(max(heard >> 10, OUTPUT.lowest), OUTPUT.highest), (i, c)


def test_the_largest_share_is_one() -> None:
    exponential, reciprocal = softmax_tables(ARGUMENT, EXPONENTIAL, DENOMINATOR, RECIPROCAL)
    assert exponential[0] == 1 << EXPONENTIAL.fraction
    assert reciprocal[0] == 0
    assert (np.diff(exponential) <= 0).all()
    assert (np.diff(reciprocal[1:]) <= 0).all()
    assert reciprocal[32] / 2**RECIPROCAL.fraction == pytest.approx(1.0, abs=0.02)
