"""QONNX -> Network: read a model file back, naming whatever in it fpgajet cannot turn into hardware."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Rounding, from_real, to_real
from fpgajet.graph.export import FORM
from fpgajet.graph.reading import one_line, read_model, refusals
from fpgajet.graph.soundness import check_quantiser_parameters
from fpgajet.ops import OPERATORS
from fpgajet.ops.forms import MOMENTA, InputForm, form_from_json
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from fpgajet.ops.operator import DOMAIN, Operator

__all__ = ["attributes_of", "load", "operator_from_attributes", "read_model"]


def load(model: onnx.ModelProto, source: str = "the model") -> Network:
    """The network that a QONNX model describes.

    Args:
        model: as written by :func:`fpgajet.graph.export.export`.
        source: name of the model in error messages.

    Raises:
        BadInput: a node that is not one of our operators, a missing attribute, a weight that does not fit
            its type, wiring or shapes that do not fit.
    """
    with refusals(source):
        return _load(model, source)


def _load(model: onnx.ModelProto, source: str) -> Network:
    constants = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in constants]
    if len(inputs) != 1:
        raise BadInput(f"{source} has {len(inputs)} inputs; fpgajet takes models with exactly one.")
    shape = tuple(d.dim_value for d in inputs[0].type.tensor_type.shape.dim)[1:]
    tensors: dict[str, Tensor] = {}
    nodes: list[Node] = []
    input_name, input_type = "", None
    for proto in model.graph.node:
        try:
            if proto.op_type == "Quant":
                kind = _quant_type(proto, constants)
                if proto.input[0] == inputs[0].name:
                    _refuse_half_up(kind, "it quantises the input")
                    input_name, input_type = proto.output[0], kind
                else:
                    tensors[proto.output[0]] = _weight(constants[proto.input[0]], kind)
            elif proto.domain == DOMAIN and proto.op_type in OPERATORS:
                nodes.append(_node(proto, tensors))
            else:
                known = ", ".join(["Quant", *OPERATORS])
                kind_name = f"{proto.domain or 'ai.onnx'}::{proto.op_type}"
                raise BadInput(
                    f"{source} has a node {proto.name!r} of type {kind_name}, for which fpgajet "
                    f"has no hardware operator. It knows {known}."
                )
        except (KeyError, ValueError) as error:
            raise BadInput(f"{source}: node {proto.name!r} cannot be used: {one_line(error)}.") from error
    if input_type is None:
        raise BadInput(f"{source} has no Quant node right after its input {inputs[0].name!r}.")
    try:
        return Network(model.graph.name, input_name, shape, input_type, tuple(nodes), _form(model))
    except ValueError as error:
        raise BadInput(f"{source} is not a valid network: {error}.") from error


def _form(model: onnx.ModelProto) -> InputForm:
    """The input form in the metadata; a file without one takes four-momenta.

    Raises:
        ValueError: not JSON, or not an input form.
    """
    texts = {entry.key: entry.value for entry in model.metadata_props}
    given = json.loads(texts.get(FORM, json.dumps(MOMENTA.to_json())))
    if not isinstance(given, dict):
        raise ValueError(f"the metadata {FORM} is not a JSON object")
    return form_from_json(given)


def attributes_of(proto: onnx.NodeProto) -> dict[str, Any]:
    """Attributes of a node as Python values, strings decoded."""
    values = {a.name: helper.get_attribute_value(a) for a in proto.attribute}
    return {k: v.decode() if isinstance(v, bytes) else v for k, v in values.items()}


def operator_from_attributes(op_type: str, values: dict[str, Any]) -> Operator:
    """Build an operator description from ONNX attributes (types as ``ap_fixed`` strings).

    One that has a default may be absent: files from before it existed lack it.

    Raises:
        ValueError: an attribute is missing, unknown, or not a supported type.
    """
    cls = OPERATORS[op_type]
    values = cls.defaults() | values
    wanted = {*cls.integer_fields(), *cls.type_fields()}
    if set(values) != wanted:
        odd = ", ".join(sorted(wanted ^ set(values)))
        raise ValueError(f"attributes missing or not known: {odd}")
    odd_types = [n for n in cls.integer_fields() if not isinstance(values[n], int)]
    odd_types += [n for n in cls.type_fields() if not isinstance(values[n], str)]
    if odd_types:
        raise ValueError(f"attributes of a wrong type: {', '.join(sorted(odd_types))}")
    arguments: dict[str, Any] = {name: int(values[name]) for name in cls.integer_fields()}
    arguments |= {name: FixedType.from_ap_fixed(values[name]) for name in cls.type_fields()}
    return cls(**arguments)


def _quant_type(proto: onnx.NodeProto, constants: dict[str, Any]) -> FixedType:
    scale, zero, bits = (constants[name] for name in proto.input[1:])
    if np.size(scale) != 1 or np.size(bits) != 1 or np.any(zero != 0):
        raise ValueError("only one scale per tensor and a zero point of 0 are supported")
    check_quantiser_parameters(scale, zero, bits)
    values: dict[str, Any] = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND"} | attributes_of(proto)
    return FixedType.from_qonnx(
        float(np.ravel(scale)[0]),
        float(np.ravel(bits)[0]),
        values["signed"],
        values["narrow"],
        values["rounding_mode"],
    )


def _refuse_half_up(precision: FixedType, reason: str) -> None:
    """Raise ``ValueError`` for QONNX's HALF_UP, which rounds ties away from zero, as no type of ours does."""
    if precision.rounding is Rounding.HALF_UP:
        raise ValueError(
            f"{reason} with the rounding mode HALF_UP: QONNX rounds ties away from zero, AP_RND towards "
            "+infinity; use ROUND or FLOOR"
        )


def _weight(values: Any, kind: FixedType) -> Tensor:
    if not np.array_equal(to_real(from_real(values, kind), kind.fraction), values):
        _refuse_half_up(kind, "it rounds constants")
    return Tensor(FixedArray(from_real(values, kind), kind.fraction), kind)


def _node(proto: onnx.NodeProto, tensors: dict[str, Tensor]) -> Node:
    operator = operator_from_attributes(proto.op_type, attributes_of(proto))
    data, constants = proto.input[: operator.inputs], proto.input[operator.inputs :]
    if len(constants) != len(operator.tensors):
        raise ValueError(f"it has {len(constants)} constant inputs, not {len(operator.tensors)}")
    weights = {name: tensors[c] for name, c in zip(operator.tensors, constants, strict=True)}
    return Node(proto.output[0], operator, tuple(data), weights)
