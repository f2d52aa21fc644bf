"""Functions of one input, and fields that wrap: proved where they are equal, refused where one value differs."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import FixedType, Overflow
from fpgajet.prove.prover import Prover
from fpgajet.prove.single import SingleInputs
from fpgajet.scalars import ScalarGraph

WORD = FixedType(False, 16, 0)
FIELD = FixedType(True, 12, 0)
NEAR = FixedType(True, 9, 0, overflow=Overflow.SAT)
SAMPLES = np.random.default_rng(0).integers(0, 300, (200, 2))


def leading_one(g: ScalarGraph, x: int) -> int:
    """Its place by binary search, in steps of 3, plus what lies below it."""
    place = g.constant(0)
    for shift in (8, 4, 2, 1):
        found = g.nonzero(g.quantise(x, 16 - shift, FixedType(False, shift, 0)))
        x = g.select(found, x, g.quantise(g.shift(x, shift), 0, WORD))
        place = g.add(place, g.gate(g.constant(3 * shift), found))
    return g.add(place, g.quantise(x, 9, FixedType(False, 6, 0)))


def leading_one_by_table(g: ScalarGraph, x: int, wrong_at: int) -> int:
    """The same from one look-up table, but for one entry."""
    entries = []
    for value in range(1 << 16):
        bits = max(value.bit_length(), 1)
        shifted = value << 16 - bits
        entries.append(3 * (bits - 1) + (shifted >> 9 & 63))
    if wrong_at >= 0:
        entries[wrong_at] += 1
    return g.lookup(g.table(entries), x)


@pytest.mark.parametrize("wrong_at", [-1, 300, 65_535])
def test_a_leading_one_is_a_table_if_every_entry_is_right(wrong_at: int) -> None:
    g = ScalarGraph()
    x = g.input(0, WORD)
    expected, found = leading_one(g, x), leading_one_by_table(g, x, wrong_at)
    prover = Prover(g, SAMPLES)
    prover.reference([expected])
    open_ends = prover.prove([expected], [found])
    assert bool(open_ends) == (wrong_at >= 0)
    assert not any(end.differs for end in open_ends), "the samples must not show it"
    assert prover.counts.assignments >= 1 << 16


def test_a_prover_that_does_not_try_the_values_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SingleInputs, "agree", lambda *_: True)
    g = ScalarGraph()
    x = g.input(0, WORD)
    expected, found = leading_one(g, x), leading_one_by_table(g, x, 65_535)
    prover = Prover(g, SAMPLES)
    prover.reference([expected])
    assert not prover.prove([expected], [found])


@pytest.mark.parametrize("highest", [255, 254])
def test_a_difference_of_fields_that_wrap(highest: int) -> None:
    """Saturated by comparisons, at the right place or at another that no sample reaches."""
    g = ScalarGraph()
    fields = [g.quantise(g.input(k, WORD), 0, FIELD) for k in (0, 1)]
    difference = g.subtract(*fields)
    expected = g.quantise(difference, 0, NEAR)
    again = g.subtract(g.constant(0), g.subtract(fields[1], fields[0]))
    low, high = g.constant(-256), g.constant(highest)
    found = g.select(g.less(high, again), high, g.select(g.less(again, low), low, again))
    prover = Prover(g, SAMPLES // 2)
    prover.reference([expected])
    open_ends = prover.prove([expected], [found])
    assert bool(open_ends) == (highest != 255)
    assert not any(end.differs for end in open_ends)


def test_what_depends_on_one_input() -> None:
    g = ScalarGraph()
    x, y, wide = g.input(0, WORD), g.input(1, WORD), g.input(2, FixedType(False, 17, 0))
    single = SingleInputs(g)
    assert single.of(g.add(x, g.shift(x, 1))) == x
    assert single.of(g.add(x, y)) is None
    assert single.of(g.constant(3)) is None
    assert single.of(g.shift(wide, 1)) is None
    assert single.values(single.few(x)) == 1 << 16
    assert single.few(g.add(x, y)) == (x, y)
    more = g.add(g.add(x, y), g.add(wide, g.input(3, WORD)))
    assert single.few(more) == ()
    bits = [g.input(k, FixedType(False, 8, 0)) for k in (4, 5)]
    assert single.agree(g.add(*bits), g.subtract(g.shift(bits[0], 1), g.subtract(*bits)), 1, 1, 0)
    assert not single.agree(*bits, 1, 1, 0)
