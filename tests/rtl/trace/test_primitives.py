"""Every primitive on symbols, traced to a netlist, against rational numbers: at the ends of the types and elsewhere."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from alkaid.trace import FVArray, trace
from hypothesis import given, settings

from fpgajet.fixed import FixedType
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.trace.arithmetic import HARDWARE, AlkaidArithmetic
from fpgajet.rtl.trace.tracing import from_symbols
from tests.ops.rational import (
    PRIMITIVES,
    Case,
    Operand,
    Primitive,
    Rationals,
    cases,
    each,
    expected,
)

#: Operands that change from jet to jet; a weight and a table are constants of the circuit.
INPUTS = ("x", "y", "bits", "index")


def jets_of(case: Case) -> list[Case]:
    """The case itself, and both ends of every type."""
    ends = []
    for end in ("lowest", "highest"):
        parts = {name: getattr(case, name) for name in INPUTS}
        raw = {name: np.full_like(part.raw, getattr(part.type, end)) for name, part in parts.items()}
        ends.append(replace(case, **{name: Operand(raw[name], part.type) for name, part in parts.items()}))
    return [case, *ends]


def traced(primitive: Primitive, case: Case) -> tuple[FVArray, FVArray, list[FixedType]]:
    """Input symbols [inputs], the result's symbols, and the types of the inputs."""
    a, parts = AlkaidArithmetic(), [getattr(case, name) for name in INPUTS]
    types = [part.type for part in parts for _ in range(part.raw.size)]
    low, high, step = (np.array([f(t) for t in types]) for f in (
        lambda t: t.lowest * t.lsb, lambda t: t.highest * t.lsb, lambda t: t.lsb))  # fmt: skip
    inputs = FVArray.from_lhs(low, high, step, hwconf=HARDWARE)
    symbols, start = {}, 0
    for name, part in zip(INPUTS, parts, strict=True):
        flat = np.asarray(inputs)[start : start + part.raw.size]
        symbols[name], start = a._array(flat, part.raw.shape), start + part.raw.size
    constants = {name: a.constant(getattr(case, name).values.astype(float)) for name in ("weight", "table")}
    arrays = {**symbols, **constants}
    result = primitive(a, case, *(arrays[name] for name in ("x", "y", "bits", "weight", "table", "index")))
    return inputs, result, types


def raw_inputs(case: Case) -> list[int]:
    return [int(v) for name in INPUTS for v in getattr(case, name).raw.ravel()]


@pytest.mark.parametrize("name", PRIMITIVES)
def test_primitive_equals_rational_numbers(name: str) -> None:
    @settings(max_examples=12, deadline=None)
    @given(cases())
    def check(case: Case) -> None:
        primitive, jets = PRIMITIVES[name], jets_of(case)
        inputs, result, types = traced(primitive, case)
        wanted = np.stack([expected(primitive, jet) for jet in jets])
        assert result.shape == wanted.shape[1:]
        raw = np.array([raw_inputs(jet) for jet in jets])
        lsb = np.array([kind.lsb for kind in types])
        # alkaid's own program
        program = trace(inputs, np.ravel(result), keep_dead_inputs=True)
        found: Rationals = each(Fraction, program.predict(raw * lsb).reshape(wanted.shape))
        assert (found == wanted).all(), (case, found, wanted)
        # and our netlist of it, in a type that holds every result
        fraction = max(v.denominator.bit_length() - 1 for v in wanted.ravel())
        widest = FixedType(True, 48, fraction)
        netlist = from_symbols(inputs, types, np.ravel(result), widest)
        ours: Any = each(
            lambda v: int(v) * Fraction(2) ** -fraction, evaluate(netlist, raw).reshape(wanted.shape)
        )
        assert (ours == wanted).all(), (case, ours, wanted)

    check()


def test_a_bound_keeps_values_within_it() -> None:
    """``bounded`` promises a range: values in it pass unchanged, whatever the symbol knew before."""
    source, to = FixedType(True, 8, 3), FixedType(False, 4, 3)
    a = AlkaidArithmetic()
    inputs = FVArray.from_lhs(
        np.array([source.lowest * source.lsb]), np.array([source.highest * source.lsb]), np.array([source.lsb]),
        hwconf=HARDWARE,
    )  # fmt: skip
    result = a.bounded(a._array(np.asarray(inputs), (1,)), to)
    raw = np.arange(to.lowest, to.highest + 1)[:, None]
    program = trace(inputs, np.ravel(result), keep_dead_inputs=True)
    np.testing.assert_array_equal(program.predict(raw * source.lsb), raw * source.lsb)
    kept = IntegerArithmetic().bounded(FixedArray(raw, source.fraction), to)
    np.testing.assert_array_equal(kept.raw, raw)
    assert float(np.asarray(result)[0].high) < 2.0, "and later cells are as narrow as the promise"
