"""ONNX function bodies: every operator's arithmetic traced into standard ONNX operators in double.

With these bodies in the file, plain onnxruntime runs a model that converters still see as one node an
operator. The trace runs the operator's own ``forward``, so there is no second definition to keep in step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.arithmetic import Arithmetic, IntIndex
from fpgajet.ops.operator import DOMAIN, Operator

OPSET = 18
QUANT_DOMAIN = "qonnx.custom_op.general"


@dataclass(frozen=True, eq=False)
class Symbol:
    """A value in the function being built."""

    name: str
    builder: OnnxArithmetic

    def __add__(self, other: Symbol) -> Symbol:
        return self.builder.node("Add", self, other)

    def __sub__(self, other: Symbol) -> Symbol:
        return self.builder.node("Sub", self, other)

    def __mul__(self, other: Symbol) -> Symbol:
        return self.builder.node("Mul", self, other)


class OnnxArithmetic(Arithmetic[Symbol]):
    """Writes nodes instead of computing; all values are double, which is exact below 2**53."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []

    def node(self, op: str, *inputs: Symbol, **attributes: Any) -> Symbol:
        """Append one node with one result."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [x.name for x in inputs], [name], **attributes))
        return Symbol(name, self)

    def number(self, values: Any, dtype: type = np.float64) -> Symbol:
        """A constant tensor."""
        return self.node("Constant", value=numpy_helper.from_array(np.asarray(values, dtype=dtype)))

    def quantise(self, name: str, x: Symbol, to: FixedType) -> Symbol:
        scaled = self.scale(x, to.fraction)
        if to.rounding is Rounding.HALF_EVEN:
            rounded = self.node("Round", scaled)
        elif to.rounding is Rounding.HALF_UP:
            rounded = self.node("Floor", scaled + self.number(0.5))
        else:
            rounded = self.node("Floor", scaled)
        if to.overflow is Overflow.WRAP:
            lowest, size = self.number(float(to.lowest)), self.number(2.0**to.bits)
            turns = self.node("Floor", self.node("Div", rounded - lowest, size))
            return self.scale(rounded - turns * size, -to.fraction)
        clipped = self.node("Max", self.number(float(to.lowest)), rounded)
        return self.scale(self.node("Min", self.number(float(to.highest)), clipped), -to.fraction)

    def constant(self, values: NDArray[Any]) -> Symbol:
        return self.number(values)

    def scale(self, x: Symbol, exponent: int) -> Symbol:
        return x * self.number(2.0**exponent) if exponent else x

    def sum(self, x: Symbol, axis: int) -> Symbol:
        return self.node("ReduceSum", x, self.number([axis], np.int64), keepdims=0)

    def take(self, x: Symbol, index: IntIndex, axis: int) -> Symbol:
        return self.node("Gather", x, self.number(index, np.int64), axis=axis)

    def expand(self, x: Symbol, axis: int) -> Symbol:
        return self.node("Unsqueeze", x, self.number([axis], np.int64))

    def concat(self, xs: Sequence[Symbol], axis: int) -> Symbol:
        return self.node("Concat", *xs, axis=axis)

    def relu(self, x: Symbol) -> Symbol:
        return self.node("Relu", x)

    def abs(self, x: Symbol) -> Symbol:
        return self.node("Abs", x)

    def nonzero(self, x: Symbol) -> Symbol:
        return self.to_double(self.node("Cast", x, to=TensorProto.BOOL))

    def gate(self, x: Symbol, bit: Symbol) -> Symbol:
        return x * bit

    def less(self, x: Symbol, y: Symbol) -> Symbol:
        return self.to_double(self.node("Less", x, y))

    def select(self, bit: Symbol, x: Symbol, y: Symbol) -> Symbol:
        return self.node("Where", self.node("Cast", bit, to=TensorProto.BOOL), x, y)

    def linear(self, x: Symbol, weight: Symbol) -> Symbol:
        return self.node("MatMul", x, self.node("Transpose", weight, perm=[1, 0]))

    def lookup(self, table: Symbol, index: Symbol) -> Symbol:
        return self.node("Gather", table, self.node("Cast", index, to=TensorProto.INT64), axis=0)

    def to_double(self, x: Symbol) -> Symbol:
        """Cast to double."""
        return self.node("Cast", x, to=TensorProto.DOUBLE)


def operator_body(operator: Operator, overload: str) -> onnx.FunctionProto:
    """The function body of one operator with its attributes as constants.

    Args:
        operator: the description whose arithmetic is traced.
        overload: distinguishes nodes of one type with different attributes.
    """
    a = OnnxArithmetic()
    data = [f"x{k}" for k in range(operator.inputs)]
    names = data + list(operator.tensors)
    symbols = {name: a.to_double(Symbol(name, a)) for name in names}
    result = operator.forward(a, [symbols[n] for n in data], {n: symbols[n] for n in operator.tensors})
    a.nodes.append(helper.make_node("Cast", [result.name], ["result"], to=TensorProto.FLOAT))
    attributes = [*operator.integer_fields(), *operator.type_fields()]
    return _function(DOMAIN, operator.op_type, names, ["result"], a.nodes, overload, attributes)


def quant_body(to: FixedType, overload: str) -> onnx.FunctionProto:
    """The function body of QONNX ``Quant`` for one choice of its attributes; scale and width stay inputs."""
    a = OnnxArithmetic()
    x, scale, zero, bits = (a.to_double(Symbol(n, a)) for n in ("x", "scale", "zeropt", "bitwidth"))
    one = a.number(1.0)
    size = a.node("Pow", a.number(2.0), bits - one if to.signed else bits)
    highest = size - one
    lowest = a.number(0.0) if not to.signed else a.number(0.0) - size
    if to.overflow is Overflow.SAT_SYM:
        lowest = a.number(0.0) - highest
    scaled = a.node("Div", x, scale) + zero
    if to.rounding is Rounding.HALF_UP:
        scaled = scaled + a.number(0.5)
    rounded = a.node("Round" if to.rounding is Rounding.HALF_EVEN else "Floor", scaled)
    clipped = a.node("Min", highest, a.node("Max", lowest, rounded))
    result = (clipped - zero) * scale
    a.nodes.append(helper.make_node("Cast", [result.name], ["result"], to=TensorProto.FLOAT))
    inputs = ["x", "scale", "zeropt", "bitwidth"]
    attributes = ["signed", "narrow", "rounding_mode"]
    return _function(QUANT_DOMAIN, "Quant", inputs, ["result"], a.nodes, overload, attributes)


def _function(
    domain: str,
    name: str,
    inputs: list[str],
    outputs: list[str],
    nodes: list[onnx.NodeProto],
    overload: str,
    attributes: list[str],
) -> onnx.FunctionProto:
    function = helper.make_function(
        domain, name, inputs, outputs, nodes, [helper.make_opsetid("", OPSET)], attributes
    )
    function.overload = overload
    return function
