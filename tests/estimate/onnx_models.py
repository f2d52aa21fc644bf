"""Small QONNX and ONNX models of standard layers, written with onnx alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper


class Model:
    """Collects nodes; every method returns the name of its result."""

    def __init__(self, shape: tuple[int, ...], seed: int = 0) -> None:
        self.shape, self.rng = shape, np.random.default_rng(seed)
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: object) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, op: str, inputs: list[str], **attributes: object) -> str:
        name = f"{op.lower()}{len(self.nodes)}"
        domain = "qonnx.custom_op.general" if op in ("Quant", "BipolarQuant") else ""
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def quant(self, x: str, bits: int, scale: object, signed: int = 1) -> str:
        tag = f"{x}_{len(self.nodes)}"
        values: dict[str, object] = {"scale": scale, "zero": 0.0, "bits": float(bits)}
        extra = [
            self.constant(f"{tag}_{key}", np.asarray(value, np.float32)) for key, value in values.items()
        ]
        return self.node("Quant", [x, *extra], signed=signed, narrow=0, rounding_mode="ROUND")

    def dense(self, x: str, k: int, m: int, weight_bits: int | None) -> str:
        name = f"w{len(self.nodes)}"
        self.constant(name, (0.3 * self.rng.normal(size=(k, m))).astype(np.float32))
        w = self.quant(name, weight_bits, 2.0 ** (2 - weight_bits)) if weight_bits else name
        return self.node("MatMul", [x, w])

    def save(self, path: Path, output: str, batch: int | None = None) -> Path:
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *self.shape])]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, "toy", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid("qonnx.custom_op.general", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets), str(path))
        return path


def mlp(path: Path, sizes: tuple[int, ...] = (16, 64, 32, 32, 5), bits: int | None = 6) -> Path:
    """Dense, bias, ReLU; quantised to ``bits``, or left to hls4ml's default precision."""
    m = Model((sizes[0],))
    x = m.quant("x", 8, 2.0**-4) if bits else "x"
    for k, (before, after) in enumerate(pairwise(sizes)):
        y = m.dense(x, before, after, bits)
        x = m.node("Add", [y, m.constant(f"b{k}", np.zeros(after, np.float32))])
        if k < len(sizes) - 2:
            x = m.node("Relu", [x])
        if bits:
            x = m.quant(x, 8, 2.0**-4, signed=int(k == len(sizes) - 2))
    return m.save(path, x)


def deep_set(path: Path, constituents: int = 16, features: int = 3) -> Path:
    """A network on every constituent, the mean of them, a network on the mean."""
    m = Model((constituents, features))
    x = m.quant("x", 8, 2.0**-4)
    for before, after in ((features, 16), (16, 16)):
        x = m.quant(m.node("Relu", [m.dense(x, before, after, 6)]), 8, 2.0**-4, signed=0)
    x = m.node("ReduceMean", [x, m.constant("axes", np.array([1]))], keepdims=0)
    x = m.quant(x, 8, 2.0**-4, signed=0)
    return m.save(path, m.quant(m.dense(x, 16, 5, 6), 12, 2.0**-6))
