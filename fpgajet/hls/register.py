"""Teach hls4ml our operators: one generic layer, parser, constant folding and templates for all of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hls4ml.backends import get_backend
from hls4ml.backends.template import FunctionCallTemplate, LayerConfigTemplate
from hls4ml.converters import register_onnx_layer_handler
from hls4ml.model.flow import update_flow
from hls4ml.model.layers import Constant, Layer, register_layer
from hls4ml.model.optimizer import OptimizerPass, register_pass
from hls4ml.model.types import FixedPrecisionType

from fpgajet.fixed import EXACT_BITS, FixedType, Rounding, from_real
from fpgajet.graph.load import attributes_of, operator_from_attributes
from fpgajet.hls.backends import BACKENDS
from fpgajet.hls.resources import included
from fpgajet.ops import OPERATORS, Operator
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Tensor, node_widths
from fpgajet.ops.operator import Shape
from fpgajet.quoting import identifier, is_reserved
from fpgajet.verify.certificate import DECISION


class FpgajetLayer(Layer):  # type: ignore[misc]
    """Any of our operators as an hls4ml layer; the attribute ``operator`` holds its description."""

    @property
    def operator(self) -> Operator:
        """The description this layer was made from."""
        description: Operator = self.get_attr("operator")
        return description

    def initialize(self) -> None:
        op = self.operator
        shapes = [tuple(self.get_input_variable(name).shape) for name in self.inputs[: op.inputs]]
        # An explicit precision: 'auto' would silently become fixed<16,6>. A port has the name that the model gives it.
        is_port = self.outputs[0] in self.model.outputs
        name = {"var_name": port_name(self.outputs[0], self.model.inputs)} if is_port else {}
        shape = list(op.output_shape(*shapes))
        self.add_output_variable(shape, precision=hls4ml_precision(op.output), **name)

    def data_inputs(self) -> list[tuple[Shape, FixedType]]:
        """Shape and type of every data input."""
        variables = [self.get_input_variable(name) for name in self.inputs[: self.operator.inputs]]
        return [(tuple(v.shape), fixed_type(v.type.precision)) for v in variables]


def port_name(output: str, inputs: Sequence[str]) -> str:
    """Name of the port of an output: the model's, with ``_out`` where C++ or the top function has another use of it.

    Args:
        inputs: names of the model's inputs.
    """
    name = identifier(output)
    return f"{name}_out" if is_reserved(name) or name in {*inputs, DECISION, "nnet", "std"} else name


def hls4ml_precision(precision: FixedType) -> FixedPrecisionType:
    """hls4ml's object for one of our types."""
    text = precision.ap_fixed()
    rounding, overflow = text[:-1].split(",")[2:]
    return FixedPrecisionType(precision.bits, precision.integer, precision.signed, rounding, overflow)


def fixed_type(given: Any) -> FixedType:
    """Our type for an hls4ml precision object."""
    name = "ap_fixed" if given.signed else "ap_ufixed"
    modes = f"AP_{given.rounding_mode.name},AP_{given.saturation_mode.name}"
    if given.width == 1 and not given.signed and given.integer == 1:
        modes = "AP_TRN,AP_WRAP"
    return FixedType.from_ap_fixed(f"{name}<{given.width},{given.integer},{modes}>")


def _parse(node: Any, input_names: list[str], input_shapes: Any, graph: Any) -> dict[str, Any]:
    """hls4ml's ONNX handler: one node of ours to one layer."""
    return {
        "class_name": f"Fpgajet{node.op_type}",
        "name": node.name,
        "inputs": list(input_names),
        "outputs": list(node.output),
        "operator": operator_from_attributes(node.op_type, attributes_of(node)),
    }


class FoldFpgajetConstants(OptimizerPass):  # type: ignore[misc]
    """Constant folding: constants arrive as layers of their own; make them weights of the layer that uses them."""

    def match(self, node: Any) -> bool:
        return isinstance(node, FpgajetLayer) and len(node.inputs) > node.operator.inputs

    def transform(self, model: Any, node: FpgajetLayer) -> bool:
        op = node.operator
        for position, name in enumerate(op.tensors, start=op.inputs):
            constant = node.get_input_node(node.inputs[position])
            if not isinstance(constant, Constant):
                raise ValueError(f"{node.name}: the tensor {name!r} is not a constant")
            node.add_weights_variable(
                name=name,
                var_name=f"{name}{{index}}",
                data=np.asarray(constant.get_attr("value")),
                precision=constant.get_output_variable().type.precision,
            )
            node.inputs[position] = ""
            model.remove_node(constant)
        node.inputs = [name for name in node.inputs if name]
        return True


def give_arguments(model: Any) -> None:
    """Let hls4ml make arguments of the top function from the constants that lie in registers."""
    for layer in model.get_layers():
        if isinstance(layer, FpgajetLayer):
            for name, role in layer.operator.tensors.items():
                if role.rewritable:
                    layer.get_weights(name).storage = "bram"


def _config(node: FpgajetLayer) -> str:
    """The configuration struct: constants, then a typedef for every requantiser, accumulator and tensor."""
    op, data = node.operator, node.data_inputs()
    tensors, types = {}, {}
    for name in op.tensors:
        weight = node.get_weights(name)
        types[name] = fixed_type(weight.type.precision)
        raw = from_real(np.asarray(weight.data).reshape(weight.shape), types[name])
        tensors[name] = Tensor(FixedArray(raw, types[name].fraction), types[name])
    types |= {name: getattr(op, name) for name in op.type_fields() if name != "output"}
    rounded = [
        precision for precision in (*types.values(), op.output) if precision.rounding is not Rounding.FLOOR
    ]
    coarsest = max((-precision.fraction for precision in rounded), default=-EXACT_BITS)
    types |= {k: _reaching(precision, coarsest) for k, precision in node_widths(op, data, tensors).items()}
    constants = op.hls_constants(*(shape for shape, _ in data)) | {"reuse_factor": reuse_factor(node)}
    lines = [f"    static const unsigned {name} = {value};" for name, value in constants.items()]
    for name in op.tensors:
        types.pop(name)
        lines.append(f"    typedef {node.get_weights(name).type.name} {name}_t;")
    lines += [f"    typedef {precision.ap_fixed()} {name}_t;" for name, precision in types.items()]
    return f"struct config{node.index} {{\n" + "\n".join(lines) + "\n};\n"


def _reaching(precision: FixedType, bit: int) -> FixedType:
    """A type whose highest bit weighs at least 2**bit.

    The vendor's types end the program where a value is rounded at a bit above its highest one.
    """
    if precision.fraction == 0 and not precision.signed:  # a count, which is never rounded
        return precision
    missing = max(bit + 1 - (precision.bits - precision.fraction), 0)
    return replace(precision, bits=precision.bits + missing)


def reuse_factor(node: FpgajetLayer) -> int:
    """The initiation interval of the whole design: it is one pipeline, so no operator has another one.

    Raises:
        ValueError: the layer was given a reuse factor of its own.
    """
    asked, whole = int(node.model.config.get_reuse_factor(node)), node.model.config.pipeline_ii
    if whole is not None and asked != int(whole):
        raise ValueError(
            f"{node.name} ({node.operator.op_type}) cannot have a ReuseFactor of {asked} in a pipeline with an "
            f"interval of {whole}: give the same to the whole model"
        )
    return asked


def _call(node: FpgajetLayer) -> str:
    """The function call: types of inputs and output and the config, then inputs, output and tensors."""
    op = node.operator
    inputs = [node.get_input_variable(name) for name in node.inputs[: op.inputs]]
    output = node.get_output_variable()
    types = ", ".join([*(v.type.name for v in inputs), output.type.name, f"config{node.index}"])
    names = [*(v.name for v in inputs), output.name, *(node.get_weights(t).name for t in op.tensors)]
    return f"nnet::{op.function}<{types}>({', '.join(names)});"


def _templates(layer: type[FpgajetLayer], op: type[Operator]) -> tuple[type, type]:
    class Config(LayerConfigTemplate):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(layer)

        def format(self, node: FpgajetLayer) -> str:
            return _config(node)

    class Call(FunctionCallTemplate):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(layer, include_header=[f"nnet_utils/{op.header}"])

        def format(self, node: FpgajetLayer) -> str:
            return _call(node)

    return Config, Call


@functools.cache
def register() -> None:
    """Register every operator with hls4ml, once a process (hls4ml refuses a second time)."""
    for name, op in OPERATORS.items():
        layer = type(f"Fpgajet{name}", (FpgajetLayer,), {})
        register_onnx_layer_handler(name, _parse)
        register_layer(layer.__name__, layer)
        for backend in (get_backend(backend.hls4ml) for backend in BACKENDS.values()):
            for template in _templates(layer, op):
                backend.register_template(template)
            for header in included(op.header):
                backend.register_source(header.resolve())
    register_pass("fold_fpgajet_constants", FoldFpgajetConstants)
    update_flow("parse_qonnx", add_optimizers=["fold_fpgajet_constants"])
