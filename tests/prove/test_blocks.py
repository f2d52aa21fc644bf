"""Wide values by blocks: what is equal passes without trying each value, what is not never does."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.prove.blocks import Affine, NotAffine, agree_by_blocks
from fpgajet.prove.cones import Cone
from fpgajet.prove.prover import Prover
from fpgajet.scalars import ScalarGraph

#: 35 bits are cut by two and clipped to 20.
BITS, TO = 35, FixedType(True, 20, 0, Rounding.FLOOR, Overflow.SAT)


def sides(bits: int, to: FixedType, over: int, under: int) -> tuple[ScalarGraph, int, int]:
    """Saturation, and the same by looking at the bits above the range; ``over``, ``under``: values there."""
    g = ScalarGraph()
    x = g.input(0, FixedType(True, bits, 0))
    expected = g.quantise(x, 2, to)
    cut = g.quantise(x, 2, FixedType(True, bits, 0))
    sign = g.less(cut, g.constant(0))
    beyond = g.quantise(cut, to.bits - 1, FixedType(False, bits - to.bits - 2, 0))
    full = g.constant((1 << (bits - to.bits - 2)) - 1)
    not_all = g.nonzero(g.subtract(full, beyond))
    low = g.quantise(cut, 0, FixedType(True, to.bits, 0))
    found = g.select(g.gate(not_all, sign), g.constant(under), low)
    positive = g.subtract(g.constant(1), sign)
    return g, expected, g.select(g.gate(g.nonzero(beyond), positive), g.constant(over), found)


def proved(bits: int, to: FixedType, over: int, under: int) -> tuple[bool, int]:
    g, expected, found = sides(bits, to, over, under)
    samples = np.random.default_rng(1).integers(-(to.highest), to.highest, (200, 1))
    prover = Prover(g, samples)
    prover.reference([expected])
    return not prover.prove([expected], [found]), prover.counts.assignments


def test_a_saturation_of_a_wide_value_is_proved() -> None:
    shown, tried = proved(BITS, TO, TO.highest, TO.lowest)
    assert shown
    assert 0 < tried < 1 << 20


@pytest.mark.parametrize(("over", "under"), [(-1, 0), (0, 1), (1, 0), (0, -1)])
def test_another_end_is_refused_though_no_sample_reaches_it(over: int, under: int) -> None:
    assert not proved(BITS, TO, TO.highest + over, TO.lowest + under)[0]


@pytest.mark.parametrize("over", [-1, 0])
def test_blocks_say_what_trying_all_values_says(over: int) -> None:
    to = FixedType(True, 5, 0, Rounding.FLOOR, Overflow.SAT)
    g, expected, found = sides(14, to, to.highest + over, to.lowest)
    prover = Prover(g, np.arange(-20, 20)[:, None])
    prover.reference([expected])
    for number in g.needed([found]):
        if number not in prover._polynomials:
            prover._simulate([number])
            prover._learn(number)
    cone = Cone(prover.algebra, prover._polynomials[found], prover._polynomials[expected], split=True)
    assert cone.agree() is (over == 0)
    assert bool(agree_by_blocks(cone)) is cone.agree()


def test_numbers_that_could_wrap_are_refused() -> None:
    wide = Affine(np.array([1 << 40]), np.array([0]), 20)
    with pytest.raises(NotAffine):
        wide * (1 << 10)
    with pytest.raises(NotAffine):
        wide + (1 << 61)
    with pytest.raises(NotAffine):
        wide * wide
