"""Running a foreign graph node by node: standard operators in onnxruntime, QONNX's quantisers in qonnx."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from fpgajet.errors import BadInput
from fpgajet.graph.reading import QONNX_DOMAIN, one_line
from fpgajet.graph.soundness import check_quantiser_parameters, node_name

Values = dict[str, NDArray[Any]]

#: One event of a trigger network has thousands of values; a tensor of more than this many is a mistake.
LARGEST_TENSOR = 2**26
#: Operators whose output has as many elements as a constant says.
_MAKE_ELEMENTS = ("Expand", "ConstantOfShape", "Tile", "Resize", "Upsample", "Pad", "OneHot", "Range")
#: Operators whose result is not a function of their inputs.
_RANDOM = (
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
    "Multinomial",
    "Bernoulli",
)


class Executor:
    """Runs nodes of one model; sessions are kept, so that a second run costs little."""

    def __init__(self, model: onnx.ModelProto, source: str) -> None:
        self._opsets = list(model.opset_import)
        self._ir_version = model.ir_version
        self._source = source
        self._sessions: dict[tuple[str, ...], Any] = {}

    def run(self, nodes: Iterable[onnx.NodeProto], given: Values) -> Values:
        """Every tensor's value, from the values of the inputs and constants.

        Raises:
            BadInput: a node that cannot be computed; the message names it.
        """
        values = dict(given)
        for node in nodes:
            results = self.step(node, [values[name] if name else None for name in node.input])
            values |= {name: made for name, made in zip(node.output, results, strict=False) if name}
        return values

    def step(self, node: onnx.NodeProto, inputs: list[NDArray[Any] | None]) -> list[NDArray[Any]]:
        """The outputs of one node.

        Raises:
            BadInput: it cannot be computed.
        """
        label = f"{self._source}: the node {node_name(node)!r} ({node.op_type})"
        try:
            if node.op_type in _RANDOM:
                raise ValueError("its result is random")
            if node.domain == QONNX_DOMAIN:
                return [_quantised(node, inputs)]
            if node.domain not in ("", "ai.onnx"):
                raise ValueError(f"its domain {node.domain!r} is not known")
            if node.op_type in _MAKE_ELEMENTS:
                _check_size(inputs)
            return self._in_onnxruntime(node, inputs)
        except Exception as error:  # onnxruntime raises bare classes of its own
            raise BadInput(f"{label} cannot be computed: {_reason(error)}.") from error

    def _in_onnxruntime(self, node: onnx.NodeProto, inputs: list[NDArray[Any] | None]) -> list[NDArray[Any]]:
        import onnxruntime

        given = {name: x for name, x in zip(node.input, inputs, strict=True) if x is not None}
        key = (*node.output, *(f"{name} {x.dtype}{x.ndim}" for name, x in given.items()))
        if key not in self._sessions:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 4
            options.intra_op_num_threads = 1
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
            self._sessions[key] = onnxruntime.InferenceSession(
                self._alone(node, given).SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        results = self._sessions[key].run(None, given)
        found = iter(results)
        return [np.asarray(next(found)) if name else np.zeros(0) for name in node.output]

    def _alone(self, node: onnx.NodeProto, given: Values) -> onnx.ModelProto:
        """A model of this node only."""
        inputs = [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(x.dtype), [None] * x.ndim)
            for name, x in given.items()
        ]
        outputs = [onnx.ValueInfoProto(name=name) for name in node.output if name]
        graph = helper.make_graph([node], "node", inputs, outputs)
        return helper.make_model(graph, opset_imports=self._opsets, ir_version=self._ir_version)


def quantised_values(op_type: str, attributes: dict[str, Any], inputs: list[Any]) -> NDArray[Any]:
    """QONNX's quantisers as qonnx computes them, in the precision of their first input.

    Args:
        op_type: Quant, IntQuant or BipolarQuant. attributes: of the node, text as str or bytes. inputs: of the node.

    Raises:
        ValueError: another operator, or parameters that mean nothing.
    """
    from qonnx.custom_op.general.bipolar_quant import binary_quant
    from qonnx.custom_op.general.intquant import int_quant

    if op_type == "BipolarQuant":
        return np.asarray(binary_quant(*inputs))
    if op_type not in ("Quant", "IntQuant"):
        raise ValueError("this operator of QONNX is not supported")
    x, scale, zero_point, bits = inputs
    check_quantiser_parameters(scale, zero_point, bits)
    mode = attributes.get("rounding_mode", "ROUND")
    mode = mode.decode() if isinstance(mode, bytes) else mode
    signed, narrow = attributes.get("signed", 1), attributes.get("narrow", 0)
    width = np.asarray(bits, np.float32).reshape(-1)[0]
    if "lowest" in attributes:  # of QCDQ, with a zero point
        whole = np.clip(np.rint(np.asarray(x) / scale), attributes["lowest"], attributes["highest"])
        return np.asarray(whole * scale)
    return np.asarray(int_quant(x, scale, zero_point, width, signed, narrow, mode))


def _quantised(node: onnx.NodeProto, inputs: list[NDArray[Any] | None]) -> NDArray[Any]:
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return quantised_values(node.op_type, attributes, inputs).astype(np.float32)


def _check_size(inputs: list[NDArray[Any] | None]) -> None:
    """Refuse a result that would not fit in memory before it is made."""
    asked = [x for x in inputs if x is not None and np.issubdtype(x.dtype, np.integer) and x.size <= 16]
    sizes = [math.prod(max(int(n), 1) for n in np.ravel(x)) for x in asked]
    if any(size > LARGEST_TENSOR for size in sizes):
        raise ValueError(f"it makes a tensor of {max(sizes):,} elements")


def _reason(error: Exception) -> str:
    """onnxruntime's message without its prefixes."""
    words = one_line(error)
    for mark in ("Status Message: ", "INVALID_ARGUMENT : ", "] "):
        words = words.split(mark)[-1] if mark in words else words
    return re.sub(r"\S*/onnxruntime_src/\S+ \S+\(.*?\) ", "", words).rstrip(". ")
