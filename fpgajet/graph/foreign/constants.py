"""Constants of a foreign graph: quantised weights, and factors and summands of features."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgajet.fixed import Rounding
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, real
from fpgajet.graph.foreign.imported import Affine, Numbers, Weight, fractions
from fpgajet.graph.foreign.places import NOTHING, WIRING, Index
from fpgajet.graph.foreign.precisions import scales_of

NEAREST = Rounding.HALF_EVEN
#: Nodes that multiply and move features by constants.
LINEAR = ("Add", "Sub", "Mul", "Div", "Neg", "BatchNormalization")
#: Bits of a constant without a quantiser that is taken as it is.
MOST_BITS = 12


def keep(graph: ForeignGraph, node: ForeignNode, weights: dict[str, Weight]) -> None:
    """Remember the integers of a quantised constant, also behind nodes that only shape it."""
    name, first = node.outputs[0], node.inputs[0] if node.inputs else ""
    if node.op_type in ("Quant", "BipolarQuant"):
        value = real(graph.tensors[name].value)
        scale = np.broadcast_to(real(graph.tensors[node.inputs[1]].value), value.shape)
        weights[name] = Weight(np.rint(value / scale).astype(np.int64), np.array(scale))
    elif node.op_type in NOTHING and first in weights:
        weights[name] = weights[first]
    elif node.op_type in WIRING and first in weights:
        found, own = weights[first], graph.tensors[first].value.dtype
        for k, output in enumerate(node.outputs):
            raw = graph.rerun(node, found.raw.astype(own))[k]
            weights[output] = Weight(
                np.rint(raw).astype(np.int64), real(graph.rerun(node, found.scale.astype(own))[k])
            )


def weight_of(graph: ForeignGraph, name: str, weights: dict[str, Weight]) -> Weight:
    """A constant matrix: behind a quantiser, or of few bits as it stands.

    Raises:
        ValueError: not a constant, or real numbers.
    """
    if name in weights:
        return weights[name]
    values = graph.constant(name)
    if values is not None:
        for fraction in range(-8, 2 * MOST_BITS):
            scaled = real(values) * 2.0**fraction
            if (scaled == np.rint(scaled)).all() and np.abs(scaled).max(initial=0) < 2 ** (MOST_BITS - 1):
                return Weight(scaled.astype(np.int64), np.full(values.shape, 2.0**-fraction))
    raise ValueError("its weights are not constants behind a Quant")


def linear(graph: ForeignGraph, node: ForeignNode, value: Affine, moving: str) -> Affine:
    """A node that multiplies or moves features by constants.

    Raises:
        ValueError: a constant that differs between constituents, or anything behind a ReLU.
    """
    features = value.index % value.features

    def per_feature(name: str, axes: Index | None = None) -> Numbers:
        values = real(graph.tensors[name].value)
        if axes is not None:
            values = values.reshape([-1 if k == 1 else 1 for k in range(value.index.ndim)])
        return scales_of(values, features, value.features)

    result = graph.tensors[node.outputs[0]].value
    if result.size != value.index.size:
        raise ValueError("a constant makes its result larger")
    index = value.index.reshape(result.shape)
    if node.op_type == "BatchNormalization":
        gain, bias, mean, variance = (per_feature(name, features) for name in node.inputs[1:5])
        width = np.sqrt(variance.astype(np.float64) + np.float32(node.number("epsilon", 1e-5)))
        found = (
            value.moved(-mean, node.name).scaled(gain / fractions(width), node.name).moved(bias, node.name)
        )
    elif node.op_type == "Neg":
        found = value.scaled(fractions([-1.0]), node.name)
    else:
        other = node.inputs[1] if moving == node.inputs[0] else node.inputs[0]
        constant = per_feature(other)
        if node.op_type == "Add":
            found = value.moved(constant, node.name)
        elif node.op_type == "Sub":
            turned = value if moving == node.inputs[0] else value.scaled(fractions([-1.0]), node.name)
            found = turned.moved(-constant if moving == node.inputs[0] else constant, node.name)
        elif node.op_type == "Mul":
            found = value.scaled(constant, node.name)
        elif moving == node.inputs[0]:
            found = value.scaled(1 / constant, node.name)
        else:
            raise ValueError("it divides by something that is not constant")
    return replace(found, index=index)
