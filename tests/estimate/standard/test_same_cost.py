"""Random graphs cost the same when they are written differently: order, shapes, transpositions, constants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate.sources import of_onnx
from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.reading import read_model
from tests.graph.foreign.random_graphs import Recipe, recipes, save
from tests.graph.foreign.test_read import RANDOM


def cost(path: Path) -> tuple[float, ...] | str:
    """LUT, FF, DSP, BRAM and cycles, or the refusal without the name of a node."""
    try:
        total = of_onnx(path).estimate(part("xcvu13p"), 200).total
    except BadInput as error:
        return str(error).split(":")[-1]
    return tuple(x.value for x in (total.lut, total.ff, total.dsp, total.bram, total.latency_cycles))


def reordered(model: onnx.ModelProto, rng: np.random.Generator, ranks: dict[str, int]) -> None:
    """Nodes in another order in which they can be computed."""
    left, known = list(model.graph.node), {i.name for i in (*model.graph.input, *model.graph.initializer)}
    del model.graph.node[:]
    while left:
        ready = [n for n in left if known.issuperset(n.input)]
        chosen = ready[int(rng.integers(len(ready)))]
        left.remove(chosen)
        known.update(chosen.output)
        model.graph.node.append(chosen)


def commuted(model: onnx.ModelProto, rng: np.random.Generator, ranks: dict[str, int]) -> None:
    """Operands of sums and products the other way round."""
    for node in model.graph.node:
        if node.op_type in ("Add", "Mul") and len(node.input) == 2:
            node.input[:] = reversed(list(node.input))


def constant_nodes(model: onnx.ModelProto, rng: np.random.Generator, ranks: dict[str, int]) -> None:
    """Initialisers as Constant nodes."""
    nodes = [helper.make_node("Constant", [], [i.name], value=i) for i in model.graph.initializer]
    del model.graph.initializer[:]
    for node in reversed(nodes):
        model.graph.node.insert(0, node)


def constants_computed(model: onnx.ModelProto, rng: np.random.Generator, ranks: dict[str, int]) -> None:
    """Real constants as the sum of two others, behind a Reshape that changes nothing."""
    for k, tensor in enumerate(list(model.graph.initializer)):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or tensor.name in _parameters(model):
            continue
        model.graph.initializer.remove(tensor)
        half = rng.integers(-4, 5, values.shape).astype(np.float32)
        for name, array in (
            (f"p{k}", half),
            (f"q{k}", values - half),
            (f"s{k}", np.array(values.shape, np.int64)),
        ):
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(array), name))
        model.graph.node.insert(0, helper.make_node("Reshape", [f"r{k}", f"s{k}"], [tensor.name]))
        model.graph.node.insert(0, helper.make_node("Add", [f"p{k}", f"q{k}"], [f"r{k}"]))


def _parameters(model: onnx.ModelProto) -> set[str]:
    """Constants that are not data: scales, and what says how an operator works."""
    quantisers = ("Quant", "QuantizeLinear", "DequantizeLinear", "Clip")
    return {name for node in model.graph.node if node.op_type in quantisers for name in node.input[1:]}


def with_detours(model: onnx.ModelProto, rng: np.random.Generator, ranks: dict[str, int]) -> None:
    """Two nodes that undo each other behind every node that computes something."""
    for place, node in reversed(list(enumerate(model.graph.node))):
        if node.op_type not in ("Relu", "MatMul", "Add", "Mul", "Conv") or node.output[0] not in ranks:
            continue
        rank = ranks[node.output[0]]
        name, kind = node.output[0], int(rng.integers(3))
        node.output[0] = f"{name}.first"
        if kind == 0:
            order = [0, *(int(n) + 1 for n in rng.permutation(rank - 1))]
            back = [int(n) for n in np.argsort(order)]
            pair = [("Transpose", [], {"perm": order}), ("Transpose", [], {"perm": back})]
        elif kind == 1:
            axis = _constant(model, f"{name}.axis", [rank])
            pair = [("Unsqueeze", [axis], {}), ("Squeeze", [axis], {})]
        else:
            pair = [("Identity", [], {}), ("Reshape", [_constant(model, f"{name}.shape", [0] * rank)], {})]
        before = node.output[0]
        for k, (op, more, attributes) in enumerate(pair):
            after = name if k else f"{name}.second"
            model.graph.node.insert(
                place + 1 + k, helper.make_node(op, [before, *more], [after], **attributes)
            )
            before = after


def _constant(model: onnx.ModelProto, name: str, values: list[int]) -> str:
    model.graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), name))
    return name


REWRITES: dict[str, Any] = {
    "order": reordered, "operands": commuted, "constant nodes": constant_nodes, "computed": constants_computed,
    "detours": with_detours,
}  # fmt: skip


@given(
    recipe=recipes(), names=st.lists(st.sampled_from(sorted(REWRITES)), min_size=1, max_size=3, unique=True)
)
@RANDOM
def test_what_computes_the_same_costs_the_same(recipe: Recipe, names: list[str], tmp_path: Path) -> None:
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    model = save(recipe, first)
    rng = np.random.default_rng(recipe.seed)
    ranks = {
        name: len(tensor.shape) for name, tensor in read_foreign(read_model(first), "first").tensors.items()
    }
    for name in sorted(names, key=lambda name: name == "constant nodes"):
        REWRITES[name](model, rng, ranks)
    onnx.save(model, str(second))
    outputs = [
        read_foreign(read_model(path), path.name).tensors[model.graph.output[0].name].value
        for path in (first, second)
    ]
    np.testing.assert_array_equal(*outputs)
    assert cost(second) == cost(first)
