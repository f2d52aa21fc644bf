"""Quantisers of all dialects as ``Quant`` and ``BipolarQuant``.

QCDQ (QuantizeLinear, perhaps Clip, DequantizeLinear) becomes one ``Quant``. The converter in qonnx 1.0 is not used
here: it needs zero points as initialisers, takes a missing ``axis`` for the last one, and stops with an assertion
where a file is not what it expects; the tests compare the two on files that both can read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, ForeignTensor, real
from fpgajet.graph.soundness import check_quantiser_parameters

#: Modes that the fixed-point types of this project have, under all names that QONNX has for them.
ROUNDING_MODES = {"ROUND": "ROUND", "HALF_EVEN": "ROUND", "FLOOR": "FLOOR", "HALF_UP": "HALF_UP"}
_EXPORT_QONNX = "export the model as QONNX instead"


def with_quant_nodes_only(graph: ForeignGraph) -> ForeignGraph:
    """The graph with every quantiser as ``Quant`` or ``BipolarQuant``, checked.

    Raises:
        BadInput: a quantiser that cannot be used, or a pattern of integer nodes that is not known.
    """
    makers = {name: node for node in graph.nodes for name in node.outputs}
    tensors, nodes = dict(graph.tensors), []
    for node in graph.nodes:
        label = f"{graph.source}: the quantiser {node.name!r} cannot be used"
        try:
            if node.op_type == "DequantizeLinear":
                nodes.append(_fused(node, makers, tensors))
            elif node.op_type in ("Quant", "IntQuant"):
                nodes.append(_checked(node, tensors))
            elif node.op_type == "BipolarQuant":
                check_quantiser_parameters(_constant(node.inputs[1], tensors, "scale"), 0.0, 1.0)
                nodes.append(node)
            else:
                nodes.append(node)
        except (ValueError, LookupError) as error:
            raise BadInput(f"{label}: {error}.") from error
    return replace(graph, nodes=tuple(nodes), tensors=tensors).pruned()


def _constant(name: str, tensors: dict[str, ForeignTensor], what: str) -> NDArray[Any]:
    if not tensors[name].constant:
        raise ValueError(f"its {what} is computed from the input")
    return tensors[name].value


def _checked(node: ForeignNode, tensors: dict[str, ForeignTensor]) -> ForeignNode:
    """A ``Quant`` under its one name."""
    names = ("scale", "zero point", "bit width")
    check_quantiser_parameters(
        *(_constant(i, tensors, what) for i, what in zip(node.inputs[1:], names, strict=True))
    )
    mode = node.text("rounding_mode", "ROUND").upper()
    if mode not in ROUNDING_MODES:
        known = ", ".join(ROUNDING_MODES)
        raise ValueError(f"its rounding mode {mode!r} is not one of {known}")
    attributes = {
        "signed": node.integer("signed", 1),
        "narrow": node.integer("narrow", 0),
        "rounding_mode": ROUNDING_MODES[mode],
    }
    return replace(node, op_type="Quant", attributes=attributes)


def _fused(
    node: ForeignNode, makers: dict[str, ForeignNode], tensors: dict[str, ForeignTensor]
) -> ForeignNode:
    """DequantizeLinear, and what makes the integers that it reads, as one ``Quant``."""
    scale, zero = _scale_of(node, tensors, -1)
    integers = tensors[node.inputs[0]].value
    limits = np.iinfo(integers.dtype) if integers.dtype.kind in "iu" else None
    if limits is None:
        raise ValueError(f"it reads {integers.dtype}, not integers; {_EXPORT_QONNX}")
    low, high = int(limits.min), int(limits.max)
    maker, source = makers.get(node.inputs[0]), node.inputs[0]
    if maker is not None and maker.op_type == "Clip":
        low, high = _bounds(maker, tensors, low, high)
        maker = makers.get(maker.inputs[0])
    if maker is not None and maker.op_type == "QuantizeLinear":
        own_scale, own_zero = _scale_of(maker, tensors, integers.ndim)
        if np.shape(own_scale) != np.shape(scale) and min(np.size(own_scale), np.size(scale)) > 1:
            raise ValueError("QuantizeLinear and DequantizeLinear have other axes")
        if not (np.all(own_scale == scale) and np.all(own_zero == zero)):
            raise ValueError(f"QuantizeLinear and DequantizeLinear have other scales; {_EXPORT_QONNX}")
        source = maker.inputs[0]
    elif tensors[node.inputs[0]].constant:
        source = f"{node.outputs[0]}.real"
        tensors[source] = ForeignTensor(tensors[node.outputs[0]].value, True)
    else:
        raise ValueError(f"the integers that it reads come from no QuantizeLinear; {_EXPORT_QONNX}")
    shift = _zero_point(zero)
    signed, narrow, bits, ends = _integer_type(low - shift, high - shift)
    check_quantiser_parameters(scale, 0.0, bits)
    names = tuple(f"{node.outputs[0]}.{what}" for what in ("scale", "zero_point", "bits"))
    for name, value in zip(names, (scale, np.zeros(()), np.array(float(bits))), strict=True):
        tensors[name] = ForeignTensor(np.asarray(value, np.float32), True)
    attributes = {"signed": signed, "narrow": narrow, "rounding_mode": "ROUND", **ends}
    return ForeignNode(node.name, "Quant", (source, *names), node.outputs, attributes)


def _scale_of(
    node: ForeignNode, tensors: dict[str, ForeignTensor], rank: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scale and zero point of a QDQ node, in the shape that broadcasts against its data; the default axis is 1."""
    rank = len(tensors[node.inputs[0]].shape) if rank < 0 else rank
    scale = real(_constant(node.inputs[1], tensors, "scale"))
    zero = np.zeros(())
    if len(node.inputs) > 2 and node.inputs[2]:
        zero = real(_constant(node.inputs[2], tensors, "zero point"))
    if scale.size == 1:
        return scale.reshape(()), zero.reshape(-1)[:1].reshape(()) if zero.size == 1 else zero
    if scale.ndim != 1 or node.integer("block_size", 0):
        raise ValueError(f"it has scales by blocks; {_EXPORT_QONNX}")
    axis = node.integer("axis", 1) % rank
    shape = [1] * rank
    shape[axis] = scale.size
    return scale.reshape(shape), zero.reshape(shape) if zero.size == scale.size else zero


def _bounds(node: ForeignNode, tensors: dict[str, ForeignTensor], low: int, high: int) -> tuple[int, int]:
    """Range of integers behind a Clip."""
    given = [*node.inputs[1:], "", ""][:2]
    ends = [low, high]
    for k, name in enumerate(given):
        if name:
            ends[k] = int(_constant(name, tensors, "range").reshape(-1)[0])
    return max(low, ends[0]), min(high, ends[1])


def _zero_point(zero: NDArray[np.float64]) -> int:
    if np.size(zero) and (zero != zero.flat[0]).any():
        raise ValueError(f"it has a zero point for every channel; {_EXPORT_QONNX}")
    return int(zero.flat[0]) if np.size(zero) else 0


def _integer_type(low: int, high: int) -> tuple[int, int, int, dict[str, int]]:
    """(signed, narrow, bits) of integers from ``low`` to ``high``, and these ends if the type has others."""
    signed = int(low < 0)
    if low > 0 or high < 0:
        raise ValueError("its zero point lies outside its integers")
    for bits in range(1 + signed, 54):
        top = 2 ** (bits - signed) - 1
        for narrow in (0, 1):
            if signed and (low, high) == (-top - 1 + narrow, top):
                return signed, narrow, bits, {}
            if not signed and (low, high) == (0, top - narrow) and high > 0:
                return signed, narrow, bits, {}
        if -top - 1 <= low and high <= top:
            return signed, 0, bits, {"lowest": low, "highest": high}
    raise ValueError(f"its integers from {low} to {high} have no type")
