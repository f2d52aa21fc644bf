"""Polynomials and every canonical form against brute force: a form has the value of what it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.prove import polynomials as poly
from fpgajet.prove.algebra import Algebra
from fpgajet.prove.nodes import polynomial
from fpgajet.prove.polynomials import Frozen, Polynomial
from fpgajet.scalars import ScalarGraph
from fpgajet.scalars.evaluate import evaluate_all

#: raw ranges of the inputs: small ones and bits give tables and polynomials, the wide one atoms
INPUTS = (FixedType(True, 3, 0), FixedType(False, 2, 0), FixedType(False, 1, 0), FixedType(False, 1, 0))
WIDE = (FixedType(True, 12, 0), FixedType(False, 1, 0))


def every_input(types: tuple[FixedType, ...]) -> NDArray[np.int64]:
    grids = np.meshgrid(*[np.arange(t.lowest, t.highest + 1) for t in types], indexing="ij")
    return np.stack([g.ravel() for g in grids], axis=-1)


@st.composite
def precisions(draw: st.DrawFn) -> FixedType:
    signed = draw(st.booleans())
    overflow = draw(st.sampled_from([o for o in Overflow if signed or o is not Overflow.SAT_SYM]))
    bits = draw(st.integers(1 + signed, 7))
    return FixedType(signed, bits, draw(st.integers(-3, 2)), draw(st.sampled_from(Rounding)), overflow)


@st.composite
def graphs(draw: st.DrawFn, types: tuple[FixedType, ...]) -> ScalarGraph:
    """A random graph over all operations."""
    g = ScalarGraph()
    nodes = [g.input(k, t) for k, t in enumerate(types)]
    bits = [n for n, t in zip(nodes, types, strict=True) if t.bits == 1]
    for _ in range(draw(st.integers(1, 14))):
        x, y = (draw(st.sampled_from(nodes)) for _ in range(2))
        bit = draw(st.sampled_from(bits))
        kind = draw(st.sampled_from(OPERATIONS))
        small = max(abs(g.nodes[n].lowest) + abs(g.nodes[n].highest) for n in (x, y)) < 1 << 16
        match kind:
            case "select":
                found = g.select(bit, x, y)
            case "add" | "subtract" | "less":
                found = getattr(g, kind)(x, y)
            case "multiply":
                found = g.multiply(x, y) if small else x
            case "constant":
                found = g.add(x, g.constant(draw(st.integers(-9, 9))))
            case "shift":
                found = g.shift(x, draw(st.integers(0, 3))) if small else x
            case "quantise":
                found = g.quantise(x, draw(st.integers(-2, 4)), draw(precisions())) if small else x
            case "clip":
                found = g.clip(x, draw(precisions()))
            case "gate":
                found = g.gate(x, bit)
            case "lookup":
                address = g.quantise(
                    x,
                    0,
                    FixedType(
                        False, 3, 0, Rounding.FLOOR, draw(st.sampled_from([Overflow.WRAP, Overflow.SAT]))
                    ),
                )
                table = g.table(draw(st.lists(st.integers(-9, 9), min_size=8, max_size=8)))
                found = g.lookup(table, address)
            case _:
                found = getattr(g, kind)(x)
        nodes.append(found)
        if (g.nodes[found].lowest, g.nodes[found].highest) == (0, 1):
            bits.append(found)
    return g


OPERATIONS = (
    "add", "subtract", "multiply", "constant", "shift", "quantise", "clip", "gate", "lookup", "relu", "abs", "nonzero",
    "less", "select",
)  # fmt: skip


def check(g: ScalarGraph, types: tuple[FixedType, ...]) -> None:
    raw = every_input(types)
    expected = evaluate_all(g, np.arange(len(g.nodes)), raw)
    algebra = Algebra()
    found: dict[int, Polynomial] = {}
    inputs: dict[Frozen, NDArray[np.int64]] = {}
    for number, node in enumerate(g.nodes):
        p = found[number] = polynomial(algebra, g, node, [found[a] for a in node.arguments])
        if any(p):
            algebra.remember_range(p, node.lowest, node.highest)
        if node.op == "input":
            inputs[poly.freeze(p)] = raw[:, node.number]
        values = np.broadcast_to(algebra.evaluate(p, inputs, {}), len(raw))
        np.testing.assert_array_equal(values, expected[number], err_msg=f"{node} as {p}")
        low, high = algebra.span(p)
        assert low <= values.min() <= values.max() <= high, f"the range {low}..{high} of {node} is wrong"


@settings(deadline=None, max_examples=150)
@given(graphs(INPUTS))
def test_forms_of_small_values_have_the_values_of_their_nodes(g: ScalarGraph) -> None:
    check(g, INPUTS)


@settings(deadline=None, max_examples=150)
@given(graphs(WIDE))
def test_forms_of_wide_values_have_the_values_of_their_nodes(g: ScalarGraph) -> None:
    check(g, WIDE)


small = st.dictionaries(st.sampled_from([(), (0,), (1,), (0, 1), (0, 0)]), st.integers(-5, 5).filter(bool))


@given(small, small)
def test_polynomials_multiply_and_add_as_their_values_do(p: Polynomial, q: Polynomial) -> None:
    def value(r: Polynomial, x: int, bit: int) -> int:
        return int(sum(c * np.prod([(x, bit)[a] for a in m], dtype=int) for m, c in r.items()))

    for x in range(-3, 4):
        for bit in (0, 1):
            assert value(poly.multiply(p, q, {1}), x, bit) == value(p, x, bit) * value(q, x, bit)
            assert value(poly.add(p, q, -3), x, bit) == value(p, x, bit) - 3 * value(q, x, bit)


@pytest.mark.parametrize("first", ["clip", "floor"])
def test_functions_of_one_value_have_one_form(first: str) -> None:
    """A clip by saturation, and one from a carry and single bits."""
    g = ScalarGraph()
    x = g.add(g.input(0, FixedType(True, 5, 0)), g.input(1, FixedType(True, 5, 0)))
    clipped = g.quantise(x, 0, FixedType(False, 3, 0, Rounding.FLOOR, Overflow.SAT))
    low = g.quantise(x, 0, FixedType(False, 3, 0))
    over = g.less(g.constant(7), x)
    by_bits = g.gate(g.select(over, g.constant(7), low), g.subtract(g.constant(1), g.less(x, g.constant(0))))
    order = [clipped, by_bits] if first == "clip" else [by_bits, clipped]
    algebra, found = Algebra(), {}
    for number in [*g.needed(order[:1]), *g.needed(order)]:
        if number not in found:
            node = g.nodes[number]
            found[number] = polynomial(algebra, g, node, [found[a] for a in node.arguments])
            if any(found[number]):
                algebra.remember_range(found[number], node.lowest, node.highest)
    assert found[clipped] == found[by_bits]


def test_a_gate_takes_a_bit_only() -> None:
    g = ScalarGraph()
    x = g.input(0, FixedType(False, 2, 0))
    gated = g.nodes[g.gate(g.input(1, FixedType(True, 5, 0)), x)]
    with pytest.raises(ValueError, match="no bit"):
        polynomial(Algebra(), g, gated, [{(0,): 1}, {(1,): 1}])
