"""Network -> QONNX: one node for each hardware operator, weights behind ``Quant`` nodes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import fpgajet
from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Rounding
from fpgajet.graph.bodies import OPSET, QUANT_DOMAIN, operator_body, quant_body
from fpgajet.ops.network import Network, Node, Tensor
from fpgajet.ops.operator import DOMAIN, Shape

#: Name of the graph's input: the features of the network's input form, before the input quantiser.
GRAPH_INPUT = "jet"
#: Key of the metadata that holds the input form as JSON.
FORM = "fpgajet.form"


def export(network: Network) -> onnx.ModelProto:
    """Write a network as an ONNX model that passes ``onnx.checker`` and runs in plain onnxruntime.

    Weights are stored as float32 real values, which are exact, behind ``Quant`` nodes that state their
    type. Function bodies of all operators are included. They lie on the grid of their type already, so a type
    that rounds as AP_RND is written as one that rounds to nearest even, which QONNX and hls4ml understand.

    Raises:
        BadInput: the input rounds ties in a way that QONNX cannot say.
        NotExact: an intermediate could exceed 53 bits.
    """
    network.widths()  # refuses what would not be exact
    if network.input_type.rounding is Rounding.HALF_UP:
        raise BadInput(
            f"{network.name}: the input type {network.input_type} rounds ties towards +infinity (AP_RND), which "
            "QONNX cannot say: its HALF_UP rounds them away from zero. Give the input AP_RND_CONV or AP_TRN."
        )
    writer = _Writer()
    shapes = network.shapes()
    writer.quant(GRAPH_INPUT, network.input_name, network.input_type)
    for node in network.nodes:
        writer.operator(node)
    stages = [_info(name, shape) for name, shape in shapes.items() if name != network.output.name]
    graph = helper.make_graph(
        writer.nodes,
        network.name,
        [_info(GRAPH_INPUT, network.input_shape)],
        [_info(network.output.name, shapes[network.output.name])],
        writer.initializers,
        value_info=stages + writer.constant_info,
    )
    model = helper.make_model(
        graph,
        functions=list(writer.functions.values()),
        opset_imports=[helper.make_opsetid(d, v) for d, v in (("", OPSET), (DOMAIN, 1), (QUANT_DOMAIN, 1))],
        producer_name="fpgajet",
        producer_version=fpgajet.__version__,
        ir_version=10,
    )
    helper.set_model_props(model, {FORM: json.dumps(network.form.to_json())})
    onnx.checker.check_model(model, full_check=True)
    return model


def _info(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["jets", *shape])


class _Writer:
    """Collects the nodes, constants and functions of one graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.constant_info: list[onnx.ValueInfoProto] = []
        self.functions: dict[tuple[str, str, str], onnx.FunctionProto] = {}

    def initializer(self, name: str, values: object) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype=np.float32), name))
        return name

    def quant(self, source: str, result: str, precision: FixedType) -> None:
        """A QONNX Quant node from ``source`` to ``result``."""
        parameters = precision.qonnx()
        inputs = [source] + [
            self.initializer(f"{result}_{key}", parameters.pop(key))
            for key in ("scale", "zero_point", "bit_width")
        ]
        overload = f"{'s' if precision.signed else 'u'}_{precision.rounding}_{precision.overflow}".lower()
        self.functions.setdefault((QUANT_DOMAIN, "Quant", overload), quant_body(precision, overload))
        node = helper.make_node(
            "Quant", inputs, [result], name=f"{result}_quant", domain=QUANT_DOMAIN, **parameters
        )
        node.overload = overload
        self.nodes.append(node)

    def constant(self, node: str, name: str, tensor: Tensor) -> str:
        """A weight as initializer and Quant node; returns the name of the quantised tensor."""
        result = f"{node}_{name}"
        values = tensor.values.real
        self.initializer(f"{result}_values", values)
        precision = tensor.type
        if precision.rounding is Rounding.HALF_UP:
            precision = replace(precision, rounding=Rounding.HALF_EVEN)
        self.quant(f"{result}_values", result, precision)
        self.constant_info.append(
            helper.make_tensor_value_info(result, TensorProto.FLOAT, list(values.shape))
        )
        return result

    def operator(self, node: Node) -> None:
        """One custom node with its attributes and its function body."""
        op = node.operator
        constants = [self.constant(node.name, name, node.tensors[name]) for name in op.tensors]
        attributes: dict[str, Any] = {name: getattr(op, name) for name in op.integer_fields()}
        attributes |= {name: getattr(op, name).ap_fixed() for name in op.type_fields()}
        proto = helper.make_node(
            op.op_type, [*node.inputs, *constants], [node.name], name=node.name, domain=DOMAIN, **attributes
        )
        proto.overload = node.name
        self.functions[DOMAIN, op.op_type, node.name] = operator_body(op, node.name)
        self.nodes.append(proto)
