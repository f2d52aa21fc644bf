"""The prover passes what is equal, refuses what is not, and is not believed where a part of it is missing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.prove.atoms import Values
from fpgajet.prove.cones import Cone
from fpgajet.prove.polynomials import Frozen
from fpgajet.prove.proof import Level
from fpgajet.prove.prover import Prover
from fpgajet.scalars import ScalarGraph

WIDE = FixedType(True, 14, 0)
CLIPPED = FixedType(False, 8, 0, Rounding.HALF_EVEN, Overflow.SAT)
SAMPLES: NDArray[np.int64] = np.random.default_rng(0).integers(-8000, 8000, (200, 2))


def saturated_by_hand(g: ScalarGraph, x: int, limit: int) -> int:
    """As a circuit does it: half added, bits cut off, ties to even, then the clip from comparisons."""
    upper = g.quantise(g.add(x, g.constant(8)), 4, FixedType(True, 20, 0))
    low = g.quantise(g.add(x, g.constant(8)), 0, FixedType(False, 4, 0))
    tie = g.subtract(g.constant(1), g.nonzero(low))
    odd = g.quantise(upper, 0, FixedType(False, 1, 0))
    rounded = g.subtract(upper, g.gate(odd, tie))
    over = g.less(g.constant(limit), rounded)
    positive = g.subtract(g.constant(1), g.less(rounded, g.constant(0)))
    return g.gate(g.select(over, g.constant(limit), rounded), positive)


def sides(limit: int) -> tuple[ScalarGraph, int, int]:
    g = ScalarGraph()
    x, y = g.input(0, WIDE), g.input(1, WIDE)
    expected = g.multiply(g.quantise(g.add(x, y), 4, CLIPPED), y)
    found = g.multiply(saturated_by_hand(g, g.add(y, x), limit), y)
    return g, expected, found


def proved(limit: int, samples: NDArray[np.int64] = SAMPLES) -> bool:
    g, expected, found = sides(limit)
    prover = Prover(g, samples)
    prover.reference([expected])
    return not prover.prove([expected], [found])


def test_a_saturation_from_comparisons_is_proved() -> None:
    assert proved(255)


@pytest.mark.parametrize("limit", [254, 256, 127])
def test_another_bound_is_refused_though_no_sample_reaches_it(limit: int) -> None:
    """Sums stay below 127 * 16, so that the samples agree."""
    few = SAMPLES // 16
    g, expected, found = sides(limit)
    prover = Prover(g, few)
    prover.reference([expected])
    (open_end,) = prover.prove([expected], [found])
    assert not open_end.differs, "the samples must not show it, or this test is about sampling"


def test_a_prover_that_skips_an_enumeration_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the comparison at cuts left out a wrong bound passes: that comparison is what refuses it."""
    monkeypatch.setattr(Cone, "agree", lambda self: True)
    assert proved(254, SAMPLES // 16)


def test_a_prover_that_tries_one_chunk_only_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    all_of_them = Cone._assignments

    def few(self: Cone) -> Iterator[dict[Frozen, Values]]:
        for given in all_of_them(self):
            yield {base: values[:1] for base, values in given.items()}
            return

    monkeypatch.setattr(Cone, "_assignments", few)
    assert proved(254, SAMPLES // 16)


def test_a_prover_without_comparison_of_forms_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prover, "_equal", lambda self, r, c: True)
    assert proved(254, SAMPLES // 16)


def test_half_of_an_even_sample_is_not_half_of_every_value() -> None:
    """floor(x / 2) = x / 2 on even samples only: rounded down, the proposal x / 2 would agree everywhere."""
    g = ScalarGraph()
    x = g.input(0, WIDE)
    half = g.quantise(x, 1, FixedType(True, 20, 0))
    even = np.arange(-400, 400, 2).reshape(-1, 1)
    prover = Prover(g, even)
    prover.reference([x])
    assert prover.prove([x], [g.shift(half, 1)])


def test_levels_have_the_names_of_the_certificate() -> None:
    assert [level.value for level in Level] == ["proved", "proved up to", "refuted", "compared only"]
