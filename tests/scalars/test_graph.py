"""Every operation of the scalar graph against Python integers: values, and the range that must contain them."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.fixed import FixedType, Overflow, Rounding, requantise
from fpgajet.scalars import ScalarGraph, evaluate


@st.composite
def precisions(draw: st.DrawFn, most_bits: int = 6) -> FixedType:
    signed = draw(st.booleans())
    overflows = list(Overflow) if signed else [Overflow.WRAP, Overflow.SAT]
    return FixedType(
        signed,
        draw(st.integers(1 + signed, most_bits)),
        draw(st.integers(-2, 6)),
        draw(st.sampled_from(list(Rounding))),
        draw(st.sampled_from(overflows)),
    )


def every_pair(a: FixedType, b: FixedType) -> np.ndarray:
    """All pairs of raw values of two types."""
    grids = np.meshgrid(np.arange(a.lowest, a.highest + 1), np.arange(b.lowest, b.highest + 1))
    return np.stack([grid.ravel() for grid in grids], axis=1).astype(np.int64)


def agrees(graph: ScalarGraph, number: int, events: np.ndarray, rule: Callable[..., int]) -> None:
    """The node equals the rule on every event, and its range is exactly the values that it takes or wider."""
    found = evaluate(graph, np.array([number]), events)[:, 0].tolist()
    expected = [rule(*event) for event in events.tolist()]
    assert found == expected
    node = graph.nodes[number]
    assert node.lowest <= min(expected)
    assert max(expected) <= node.highest


BINARY: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "less": operator.lt,
}


@pytest.mark.parametrize("name", BINARY)
@given(a=precisions(4), b=precisions(4))
def test_binary_operations(name: str, a: FixedType, b: FixedType) -> None:
    graph = ScalarGraph()
    number = getattr(graph, name)(graph.input(0, a), graph.input(1, b))
    events = every_pair(a, b)
    agrees(graph, number, events, BINARY[name])
    # Both inputs are free, so interval arithmetic is exact.
    values = [BINARY[name](*event) for event in events.tolist()]
    assert (graph.nodes[number].lowest, graph.nodes[number].highest) == (min(values), max(values))


UNARY: dict[str, Callable[[int], int]] = {
    "relu": lambda x: max(x, 0),
    "abs": abs,
    "nonzero": lambda x: int(x != 0),
}


@pytest.mark.parametrize("name", UNARY)
@given(a=precisions())
def test_unary_operations(name: str, a: FixedType) -> None:
    graph = ScalarGraph()
    number = getattr(graph, name)(graph.input(0, a))
    values = np.arange(a.lowest, a.highest + 1)[:, None]
    agrees(graph, number, values, UNARY[name])


@given(a=precisions(), to=precisions(), fraction=st.integers(-3, 8))
def test_a_quantiser_is_the_requantiser_of_the_reference(a: FixedType, to: FixedType, fraction: int) -> None:
    graph = ScalarGraph()
    number = graph.quantise(graph.input(0, a), fraction, to)
    values = np.arange(a.lowest, a.highest + 1)[:, None]
    agrees(graph, number, values, lambda x: int(requantise(np.array([x]), fraction, to)[0]))


@given(a=precisions(5), to=precisions(5), bits=st.integers(0, 5))
def test_shift_and_clip(a: FixedType, to: FixedType, bits: int) -> None:
    graph = ScalarGraph()
    x = graph.input(0, a)
    values = np.arange(a.lowest, a.highest + 1)[:, None]
    agrees(graph, graph.shift(x, bits), values, lambda v: v * 2**bits)
    agrees(graph, graph.clip(x, to), values, lambda v: min(max(v, to.lowest), to.highest))


@given(a=precisions(4), b=precisions(4), entries=st.lists(st.integers(-50, 50), min_size=16, max_size=16))
def test_decisions_and_tables(a: FixedType, b: FixedType, entries: list[int]) -> None:
    graph = ScalarGraph()
    x, y = graph.input(0, a), graph.input(1, b)
    bit = graph.less(x, y)
    events = every_pair(a, b)
    agrees(graph, graph.gate(x, bit), events, lambda p, q: p if p < q else 0)
    agrees(graph, graph.select(bit, x, y), events, min)
    if not a.signed:
        agrees(graph, graph.lookup(graph.table(entries), x), events, lambda p, q: entries[p])


def test_a_look_up_beyond_its_table_is_refused() -> None:
    graph = ScalarGraph()
    x = graph.input(0, FixedType(False, 3, 0))
    with pytest.raises(ValueError, match="a table of 7 entries"):
        graph.lookup(graph.table(range(7)), x)


def test_equal_expressions_are_one_node() -> None:
    graph = ScalarGraph()
    x, y = (graph.input(k, FixedType(True, 4, 0)) for k in range(2))
    assert graph.add(x, y) == graph.add(y, x)
    assert graph.multiply(x, y) == graph.multiply(y, x)
    assert graph.subtract(x, y) != graph.subtract(y, x)
    assert graph.multiply(x, graph.constant(8)) == graph.shift(x, 3)
    assert graph.nodes[graph.subtract(x, x)].highest == 0
