"""Functions of one quantised value: computed by the file's own nodes for every value, and looked up in a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.foreign.execute import quantised_values
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode
from fpgajet.graph.foreign.imported import Affine, fractions
from fpgajet.graph.foreign.layers import Layers
from fpgajet.graph.foreign.places import Index
from fpgajet.graph.foreign.precisions import Grid
from fpgajet.graph.foreign.steps import Quantiser
from fpgajet.ops.activation import MOST_BITS, Activation
from fpgajet.ops.elementwise import Columns
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Tensor

CURVES = (
    "Sigmoid", "Tanh", "LeakyRelu", "Elu", "Selu", "Celu", "Softplus", "Softsign", "HardSigmoid", "HardSwish", "Gelu",
    "Mish", "Swish", "Exp", "Log", "Abs", "Sign", "Sqrt", "Reciprocal", "Clip", "Erf", "Neg", "Relu",
    "Floor", "Ceil", "Round", "Add", "Sub", "Mul", "Div", "Max", "Min", "Pow",
    "Greater", "Less", "Equal", "GreaterOrEqual", "LessOrEqual",
    "Not", "Where", "And", "Or", "ThresholdedRelu", "PRelu", "Sin", "Cos", "Atan",
)  # fmt: skip
#: Beyond this Sigmoid and Tanh stay where they are.
_FLAT_BITS = 4


@dataclass(frozen=True, eq=False)
class Curve:
    """A function of one feature of a stage.

    Attributes:
        values: its value for every raw value of ``argument``, the lowest first.
    """

    stage: str
    argument: FixedType
    values: NDArray[Any]
    index: Index
    features: int


def started(layers: Layers, value: Affine, node: ForeignNode) -> Curve:
    """The identity, on a quantised value; sums are put into 10 bits first, and that is said.

    Raises:
        ValueError: more bits than a table has, or features with scales of their own.
    """
    if value.weight is not None or value.relu or layers.types[value.stage].bits > MOST_BITS:
        value = _narrowed(layers, value, node)
    value = _columns(layers, value)
    if len(set(value.factor.tolist())) > 1 or len(set(value.offset.tolist())) > 1:
        raise ValueError("it is a function of features with scales of their own")
    argument = replace(layers.types[value.stage], overflow=Overflow.SAT)
    raw = np.arange(argument.lowest, argument.lowest + (1 << argument.bits))
    real = raw * 2.0**-argument.fraction * float(value.factor[0]) + float(value.offset[0])
    return Curve(value.stage, argument, real.astype(np.float32), value.index, value.features)


def _narrowed(layers: Layers, value: Affine, node: ForeignNode) -> Affine:
    """Sums as values of 10 bits: a rounding that the file does not have."""
    kind = layers.types[value.stage]
    rows = np.eye(value.features, dtype=np.int64) if value.weight is None else value.weight
    reach = np.abs(rows).sum(1) * max(kind.highest, -kind.lowest) * kind.lsb
    largest = max(
        abs(float(f)) * r + abs(float(o)) for f, r, o in zip(value.factor, reach, value.offset, strict=True)
    )
    integer = 1 + max(int(np.ceil(np.log2(max(largest, 2.0**-8)))), -7)
    if node.op_type in ("Sigmoid", "Tanh"):
        integer = min(integer, _FLAT_BITS)
    fraction, top = MOST_BITS - integer, 2 ** (MOST_BITS - 1)
    ones = fractions([1.0])
    grid = Grid(
        Quantiser(-top, top - 1), ones * Fraction(1, 2) ** fraction, Fraction(0), ones, ones * 0, fraction, True,
        MOST_BITS, False,
    )  # fmt: skip
    layers.rounded = True
    name = f"{node.name}.argument"
    if name not in layers.shapes:
        layers.notes.append(f"the argument of {node.name} is rounded to {grid.type(Rounding.HALF_EVEN)}")
        found = layers.quantised(value, grid, name, value.index)
        layers.origins.pop(name)
        return found
    return Affine(
        name, None, np.repeat(ones, value.features), np.repeat(ones * 0, value.features), value.index
    )


def _columns(layers: Layers, value: Affine) -> Affine:
    """Of a stage only the columns that are read, if they lie side by side."""
    used = sorted(set((value.index % value.features).ravel().tolist()))
    first, count = used[0], len(used)
    if count == value.features or used != list(range(first, first + count)):
        return value
    name = f"{value.stage}.columns{first}to{first + count - 1}"
    if name not in layers.shapes:
        layers.place(name, Columns(layers.types[value.stage], first, count), (value.stage,), {})
    index = value.index // value.features * count + value.index % value.features - first
    factor, offset = value.factor[used], value.offset[used]
    return Affine(name, None, factor, offset, index)


def stepped(graph: ForeignGraph, node: ForeignNode, inputs: dict[str, Curve]) -> Curve:
    """A node on functions of the same value.

    Args:
        inputs: those of the node that are functions, by name.

    Raises:
        ValueError: constants that differ from element to element, or functions of different values.
    """
    first = next(iter(inputs.values()))
    if any(
        c.stage != first.stage or c.index.shape != first.index.shape or (c.index != first.index).any()
        for c in inputs.values()
    ):
        raise ValueError("it combines functions of different values")
    given: list[NDArray[Any] | None] = []
    for name in node.inputs:
        if name in inputs:
            given.append(inputs[name].values)
        elif not name:
            given.append(None)
        elif graph.tensors[name].size == 1:
            given.append(graph.tensors[name].value.reshape(()))
        else:
            raise ValueError("it has constants that differ from element to element")
    if node.proto is None:
        raise ValueError("this layer is not one of those that can be imported")
    shape = graph.tensors[node.outputs[0]].value.shape
    if first.index.size != int(np.prod(shape)):
        raise ValueError("a constant makes its result larger")
    with np.errstate(all="ignore"):
        values = graph.step(node.proto, given)[0]
    return replace(first, values=values, index=first.index.reshape(shape))


def tabulated(graph: ForeignGraph, node: ForeignNode, layers: Layers, curve: Curve, grid: Grid) -> Affine:
    """A function and the quantiser behind it as a table."""
    if len(set(grid.unit.tolist())) > 1 or len(set(grid.offset.tolist())) > 1:
        raise ValueError("the quantiser of a function has one scale")
    others = [graph.tensors[name].value.astype(np.float64) for name in node.inputs[1:]]
    found = quantised_values(node.op_type, node.attributes, [curve.values.astype(np.float64), *others])
    real = (np.asarray(found, np.float64) - float(grid.offset[0])) / float(grid.unit[0])
    raw = np.rint(real * 2.0**grid.fraction).astype(np.int64)
    return _looked_up(layers, curve, node.outputs[0], grid.type(Rounding.HALF_EVEN), raw, grid)


def whole(layers: Layers, curve: Curve, name: str) -> Affine:
    """A function that is 0 or 1, or another small whole number, as a stage without a quantiser.

    Raises:
        ValueError: it has other values, so that a quantiser has to follow.
    """
    values = curve.values.astype(np.float64)
    if (
        not np.isfinite(values).all()
        or (values != np.rint(values)).any()
        or np.abs(values).max() >= 2**MOST_BITS
    ):
        raise ValueError("it follows a function that no quantiser ends")
    kind = FixedType.holding(int(values.min()), int(values.max()), 0)
    kind = replace(kind, rounding=Rounding.HALF_EVEN, overflow=Overflow.SAT)
    return _looked_up(layers, curve, name, kind, values.astype(np.int64), None)


def _looked_up(
    layers: Layers, curve: Curve, name: str, kind: FixedType, raw: NDArray[np.int64], grid: Grid | None
) -> Affine:
    table = Tensor(FixedArray(raw, kind.fraction), kind)
    layers.place(name, Activation(kind, curve.argument), (curve.stage,), {"table": table})
    ones = fractions([1.0])
    unit, offset = (ones, ones * 0) if grid is None else (grid.unit[:1], grid.offset[:1])
    return layers.stage(name, curve.index, unit, offset)
