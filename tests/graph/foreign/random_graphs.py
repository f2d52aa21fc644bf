"""Random small ONNX graphs of standard layers, in three dialects, with a static or a dynamic batch axis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

DIALECTS = ("plain", "qonnx", "qcdq")


@dataclass(frozen=True)
class Recipe:
    """What a graph is made of; ``batch`` 0 is dynamic."""

    seed: int
    dialect: str
    batch: int
    shape: tuple[int, ...]
    steps: tuple[str, ...]


STEPS = (
    "dense", "gemm", "left", "conv", "concat", "add_constant", "add", "mul_constant", "mul", "reshape", "transpose",
    "sum", "max", "mean", "relu", "slice", "merge",
)  # fmt: skip


@st.composite
def recipes(draw: st.DrawFn, dialects: tuple[str, ...] = DIALECTS, steps: tuple[str, ...] = STEPS) -> Recipe:
    """Recipes of up to six steps."""
    rank = draw(st.integers(1, 3))
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=rank, max_size=rank)))
    chosen = draw(st.lists(st.sampled_from(steps), min_size=1, max_size=6))
    return Recipe(
        draw(st.integers(0, 2**16)),
        draw(st.sampled_from(dialects)),
        draw(st.sampled_from((0, 1, 3))),
        shape,
        tuple(chosen),
    )


class Builder:
    """Collects nodes. Every method takes and returns a name and the shape of one event."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.rng = recipe, np.random.default_rng(recipe.seed)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.batch = recipe.batch or -1

    def constant(self, values: object, dtype: type = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, op: str, inputs: list[str], **attributes: object) -> str:
        name = f"{op.lower()}_{len(self.nodes)}"
        domain = "qonnx.custom_op.general" if op == "Quant" else ""
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def weights(self, *shape: int) -> str:
        return self.quantised(self.constant(self.rng.integers(-3, 4, shape) / 2), 4, 0.5)

    def quantised(self, x: str, bits: int = 5, scale: float = 0.5) -> str:
        if self.recipe.dialect == "plain":
            return x
        if self.recipe.dialect == "qonnx":
            parameters = [self.constant(v) for v in (scale, 0.0, float(bits))]
            return self.node("Quant", [x, *parameters], signed=1, narrow=0, rounding_mode="ROUND")
        s, zero = self.constant(scale), self.constant(0, np.int8)
        q = self.node("QuantizeLinear", [x, s, zero])
        ends = [self.constant(v, np.int8) for v in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)]
        return self.node("DequantizeLinear", [self.node("Clip", [q, *ends]), s, zero])

    def some_of(self, shape: tuple[int, ...]) -> np.ndarray:
        """A constant that is broadcast against a tensor of this event shape."""
        kept = shape[int(self.rng.integers(0, len(shape))) :]
        return self.rng.integers(-3, 4, [n if self.rng.random() < 0.7 else 1 for n in kept]) / 2

    def step(self, op: str, x: str, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:  # noqa: PLR0911
        """One layer; where it does not fit the shape, a Relu."""
        rank, out = len(shape), int(self.rng.integers(1, 4))
        if op == "dense":
            return self.node("MatMul", [x, self.weights(shape[-1], out)]), (*shape[:-1], out)
        if op == "gemm" and rank == 1:
            bias = self.constant(self.rng.integers(-3, 4, out))
            return self.node("Gemm", [x, self.weights(out, shape[0]), bias], transB=1), (out,)
        if op == "left" and rank >= 2:
            return self.node("MatMul", [self.weights(out, shape[-2]), x]), (*shape[:-2], out, shape[-1])
        if op == "conv" and rank == 2:
            return self.node("Conv", [x, self.weights(out, shape[0], 1)]), (out, shape[1])
        if op == "concat":
            axis = int(self.rng.integers(1, rank + 1))
            other = self.node("Relu", [x])
            changed = tuple(2 * n if k == axis - 1 else n for k, n in enumerate(shape))
            return self.node("Concat", [other, x], axis=axis - rank - 1), changed
        if op in ("add_constant", "mul_constant"):
            pair = [x, self.constant(self.some_of(shape))]
            order = pair if self.rng.random() < 0.5 else pair[::-1]
            return self.node("Add" if op == "add_constant" else "Mul", order), shape
        if op in ("add", "mul"):
            short = self.node("ReduceMax", [x, self.constant([-1], np.int64)], keepdims=1)
            return self.node(op.capitalize(), [x, short]), shape
        if op == "reshape":
            recipe_batch = self.recipe.batch or 0
            form = int(self.rng.integers(0, 3))
            target, changed = [([recipe_batch, -1], (int(np.prod(shape)),)), ([0, *shape], shape),
                               ([self.batch, 1, *shape], (1, *shape))][form]  # fmt: skip
            return self.node("Reshape", [x, self.constant(target, np.int64)]), changed
        if op == "transpose":
            order = [int(n) for n in self.rng.permutation(rank)]
            return self.node("Transpose", [x], perm=[0, *(n + 1 for n in order)]), tuple(
                shape[n] for n in order
            )
        if op in ("sum", "max", "mean") and rank >= 2:
            axes = self.constant([1], np.int64)
            return self.node(f"Reduce{op.capitalize()}", [x, axes], keepdims=0), shape[1:]
        if op == "slice":
            ends = [self.constant([n], np.int64) for n in (0, max(shape[-1] - 1, 1), -1)]
            return self.node("Slice", [x, *ends]), (*shape[:-1], max(shape[-1] - 1, 1))
        if op == "merge" and rank == 2:  # a Dense per constituent as Keras and torch write it
            flat = self.node("Reshape", [x, self.constant([-1, shape[-1]], np.int64)])
            product = self.node("Gemm", [flat, self.weights(shape[-1], out)])
            target = self.constant([self.batch, shape[0], out], np.int64)
            return self.node("Reshape", [product, target]), (shape[0], out)
        return self.node("Relu", [x]), shape


def save(recipe: Recipe, path: Path) -> onnx.ModelProto:
    """Write the graph of a recipe."""
    builder = Builder(recipe)
    x, shape = builder.quantised("x", 6), recipe.shape
    x = builder.node("Identity", [x])
    for op in recipe.steps:
        x, shape = builder.step(op, x, shape)
        x = builder.quantised(x)
    x = builder.node("Relu", [x])
    batch = recipe.batch or "events"
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *recipe.shape])]
    graph = helper.make_graph(
        builder.nodes, "random", inputs, [onnx.ValueInfoProto(name=x)], builder.constants
    )
    graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    graph.output[0].type.tensor_type.shape.SetInParent()
    for n in (batch, *shape):
        dim = graph.output[0].type.tensor_type.shape.dim.add()
        if isinstance(n, int):
            dim.dim_value = n
        else:
            dim.dim_param = n
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("qonnx.custom_op.general", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.save(model, str(path))
    return model
