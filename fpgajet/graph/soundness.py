"""Is a graph sound? Names, wiring, weights and quantisers, before any operator is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, helper, numpy_helper

from fpgajet.errors import BadInput
from fpgajet.fixed import EXACT_BITS

#: Attributes of QONNX's quantisers and their ONNX type; the checker of ONNX does not know these operators.
_QUANT_ATTRIBUTES = {
    "signed": AttributeProto.INT,
    "narrow": AttributeProto.INT,
    "rounding_mode": AttributeProto.STRING,
}


def check_sound(model: onnx.ModelProto, source: str) -> None:
    """Check what every reader relies on.

    Raises:
        BadInput: no outputs; a tensor that is made twice, never, or only later (a cycle); weights that are NaN or
            infinite; quantisers with attributes of a wrong type or parameters that mean nothing.
    """
    graph = model.graph
    for name in _names(graph):
        if not isinstance(name, str):  # protobuf gives bytes for what it cannot decode
            shown = ascii(bytes(name).decode("utf-8", "replace"))
            raise BadInput(f"{source} holds the name {shown}, which is not UTF-8 text; export it again.")
    if not graph.output:
        raise BadInput(f"{source} has no outputs.")
    if graph.sparse_initializer:
        raise BadInput(f"{source} has sparse weights, which are not supported; export it with dense ones.")
    _check_wiring(graph, source)
    constants = dict(_constants(graph, source))
    unbounded = {name for node in graph.node if node.op_type == "Clip" for name in node.input[1:]}
    for name, values in constants.items():
        if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            if name in unbounded and not np.isnan(values).any():
                continue
            raise BadInput(f"{source}: the tensor {name!r} holds NaN or infinite values.")
    for node in graph.node:
        if node.op_type in ("Quant", "IntQuant"):
            _check_quantiser(node, constants, source)


def check_quantiser_parameters(scale: Any, zero_point: Any, bit_width: Any) -> None:
    """Parameters of a ``Quant`` node: positive finite scales, zero point 0, one whole bit width from 1 to 53.

    Raises:
        ValueError: with the parameter that cannot be used.
    """
    scales, zeros, widths = (np.ravel(np.asarray(v, np.float64)) for v in (scale, zero_point, bit_width))
    if not scales.size or not np.isfinite(scales).all() or (scales <= 0).any():
        wrong = scales[~(np.isfinite(scales) & (scales > 0))]
        raise ValueError(f"its scale {wrong[0] if wrong.size else 'is empty'} is not a positive number")
    if (zeros != 0).any():
        raise ValueError(f"its zero point is {zeros[zeros != 0][0]:g}; only a zero point of 0 is supported")
    if len(set(widths.tolist())) != 1:
        raise ValueError("it has no or several bit widths; one per tensor is supported")
    if not (1 <= widths[0] <= EXACT_BITS and float(widths[0]).is_integer()):
        raise ValueError(f"its bit width {widths[0]:g} is not a whole number from 1 to {EXACT_BITS}")


def node_name(node: onnx.NodeProto) -> str:
    """The name of a node; of one without, what it makes."""
    return node.name or next((name for name in node.output if name), node.op_type)


def _names(graph: onnx.GraphProto) -> Iterator[Any]:
    yield graph.name
    for value in (*graph.input, *graph.output, *graph.initializer):
        yield value.name
    for node in graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)


def _check_wiring(graph: onnx.GraphProto, source: str) -> None:
    made = {i.name for i in graph.input} | {i.name for i in graph.initializer}
    by_nodes = {name for node in graph.node for name in node.output if name}
    for node in graph.node:
        label = f"{source}: the node {node_name(node)!r} ({node.op_type})"
        if not any(node.output):
            raise BadInput(f"{label} has no output.")
        for name in filter(None, node.input):
            if name not in made and name in by_nodes:
                raise BadInput(
                    f"{label} reads {name!r} before it is made: the graph has a cycle or is unordered."
                )
            if name not in made:
                raise BadInput(f"{label} reads {name!r}, which nothing in the file makes.")
        for name in filter(None, node.output):
            if name in made:
                raise BadInput(f"{label} makes {name!r}, which something else in the file makes, too.")
            made.add(name)
    for output in graph.output:
        if output.name not in made:
            raise BadInput(f"{source}: nothing in the file makes its output {output.name!r}.")


def _constants(graph: onnx.GraphProto, source: str) -> Iterator[tuple[str, Any]]:
    tensors = [(tensor.name, tensor) for tensor in graph.initializer]
    for node in graph.node:
        tensors += [(node_name(node), a.t) for a in node.attribute if a.type == AttributeProto.TENSOR]
    for name, tensor in tensors:
        try:
            yield name, numpy_helper.to_array(tensor)
        except (ValueError, TypeError, KeyError) as error:
            raise BadInput(
                f"{source}: the tensor {name!r} does not hold the values that it states."
            ) from error


def _check_quantiser(node: onnx.NodeProto, constants: dict[str, Any], source: str) -> None:
    label = f"{source}: the quantiser {node_name(node)!r} cannot be used"
    if len(node.input) != 4:
        raise BadInput(f"{label}: it has {len(node.input)} inputs, not 4.")
    for attribute in node.attribute:
        wanted = _QUANT_ATTRIBUTES.get(attribute.name)
        if wanted is not None and attribute.type != wanted:
            raise BadInput(f"{label}: its attribute {attribute.name!r} has the wrong type.")
        if wanted is AttributeProto.STRING:
            helper.get_attribute_value(attribute).decode()  # a name that is no text is refused by the caller
    if all(name in constants for name in node.input[1:]):
        try:
            check_quantiser_parameters(*(constants[name] for name in node.input[1:]))
        except ValueError as error:
            raise BadInput(f"{label}: {error}.") from error
