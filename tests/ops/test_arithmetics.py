"""Every primitive of every arithmetic against rational numbers, signed and unsigned, at the ends of the types."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from onnx import TensorProto, helper

from fpgajet.graph.bodies import OPSET, OnnxArithmetic, Symbol
from fpgajet.ops.arithmetic import Arithmetic
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from quant.arithmetic import TorchArithmetic
from tests.ops.rational import PRIMITIVES, Case, Primitive, Rationals, cases, each, expected, operands_of


def by_integers(primitive: Primitive, case: Case) -> Rationals:
    arrays = [FixedArray(operand.raw, operand.type.fraction) for operand in operands_of(case)]
    found = primitive(IntegerArithmetic(), case, *arrays)
    assert found.raw.dtype == np.int64
    return each(lambda v: int(v) * Fraction(2) ** -found.fraction, found.raw)


def by_torch(primitive: Primitive, case: Case) -> Rationals:
    tensors = [torch.from_numpy(operand.values.astype(np.float64)) for operand in operands_of(case)]
    return each(Fraction, primitive(TorchArithmetic(), case, *tensors).numpy())


def by_onnx(primitive: Primitive, case: Case) -> Rationals:
    a, given = OnnxArithmetic(), operands_of(case)
    names = [f"x{k}" for k in range(len(given))]
    result = primitive(a, case, *(Symbol(name, a) for name in names))
    a.nodes.append(helper.make_node("Identity", [result.name], ["result"]))
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.DOUBLE, o.raw.shape)
        for n, o in zip(names, given, strict=True)
    ]
    output = helper.make_tensor_value_info("result", TensorProto.DOUBLE, None)
    graph = helper.make_graph(a.nodes, "primitive", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    values = {n: o.values.astype(np.float64) for n, o in zip(names, given, strict=True)}
    return each(Fraction, run_onnx(model, values))


def run_onnx(model: onnx.ModelProto, values: dict[str, Any]) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(["result"], values)[0]


ARITHMETICS: dict[str, Callable[[Primitive, Case], Rationals]] = {
    "integers": by_integers,
    "torch": by_torch,
    "onnx": by_onnx,
}


@pytest.mark.parametrize("name", PRIMITIVES)
@pytest.mark.parametrize("arithmetic", ARITHMETICS)
def test_primitive_equals_rational_numbers(arithmetic: str, name: str) -> None:
    @settings(max_examples=12 if arithmetic == "onnx" else 30, deadline=None)
    @given(cases())
    def check(case: Case) -> None:
        wanted, found = expected(PRIMITIVES[name], case), ARITHMETICS[arithmetic](PRIMITIVES[name], case)
        assert found.shape == wanted.shape
        assert (found == wanted).all(), (case, found, wanted)

    check()


def test_no_primitive_is_left_out() -> None:
    """Everything abstract in the interface is called by one of the primitives; so is ``linear``."""
    called = set()

    class Spy:
        def __init__(self, a: Arithmetic[Any]) -> None:
            self.a = a

        def __getattr__(self, name: str) -> Any:
            called.add(name)
            return getattr(self.a, name)

    @settings(max_examples=1, deadline=None)
    @given(cases())
    def collect(case: Case) -> None:
        for primitive in PRIMITIVES.values():
            arrays = [FixedArray(operand.raw, operand.type.fraction) for operand in operands_of(case)]
            primitive(Spy(IntegerArithmetic()), case, *arrays)

    collect()
    assert called == {*Arithmetic.__abstractmethods__, "linear"}
