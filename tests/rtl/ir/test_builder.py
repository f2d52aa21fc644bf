"""Formats and bounds of sums, against every combination of their terms' ends in rational numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from fpgajet.rtl.ir.builder import narrowest, span
from fpgajet.rtl.ir.cell import Format, Raw, Term
from fpgajet.rtl.ir.cells import Input

formats = st.builds(Format, st.booleans(), st.integers(1, 6), st.integers(-3, 3))
signs = st.sampled_from((-1, 1))


@given(
    st.lists(st.tuples(formats, st.integers(-3, 3), signs), min_size=1, max_size=4),
    st.integers(-9, 9),
    st.integers(-3, 3),
)
def test_the_span_of_a_sum_is_that_of_its_terms(
    terms: list[tuple[Format, int, int]], constant: int, fraction: int
) -> None:
    cells = [Input(k, format=shape) for k, (shape, _, _) in enumerate(terms)]
    shape, bounds = span(
        cells, [Term(k, shift, sign) for k, (_, shift, sign) in enumerate(terms)], Raw(constant, fraction)
    )
    ends = [
        [sign * end * Fraction(2) ** (shift - cell.format.fraction) for end in cell.range]
        for cell, (_, shift, sign) in zip(cells, terms, strict=True)
    ]
    values = [sum(chosen) + constant * Fraction(2) ** -fraction for chosen in product(*ends)]
    lsb = Fraction(2) ** -shape.fraction
    assert (bounds[0] * lsb, bounds[1] * lsb) == (min(values), max(values))
    assert shape == narrowest(bounds, shape.fraction)


@given(st.integers(-40, 40), st.integers(0, 80))
def test_the_narrowest_format_holds_the_bounds_and_no_narrower_one_does(low: int, more: int) -> None:
    shape = narrowest((low, low + more), 0)
    assert shape.signed is (low < 0)

    def holds(width: int) -> bool:
        least = -(1 << width - 1) if shape.signed else 0
        return least <= low and low + more < (1 << width - shape.signed)

    assert holds(shape.width)
    assert shape.width == 1 or not holds(shape.width - 1)
