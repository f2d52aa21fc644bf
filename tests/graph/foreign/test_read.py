"""Every tensor of a foreign graph has the shape and the value that onnxruntime or qonnx gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from onnx import TensorProto, helper

from fpgajet.errors import BadInput
from fpgajet.graph.foreign import ForeignGraph, read_foreign
from fpgajet.graph.foreign.batch import example
from fpgajet.graph.reading import read_model
from tests.graph.foreign.random_graphs import Recipe, recipes, save

RANDOM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(recipe: Recipe, tmp_path: Path) -> ForeignGraph:
    save(recipe, tmp_path / "m.onnx")
    return read_foreign(read_model(tmp_path / "m.onnx"), "m.onnx")


def reference(model: onnx.ModelProto, given: np.ndarray) -> dict[str, Any]:
    """Every tensor by onnxruntime in one session; with QONNX's nodes by qonnx."""
    if any(node.op_type == "Quant" for node in model.graph.node):
        from qonnx.core.modelwrapper import ModelWrapper
        from qonnx.core.onnx_exec import execute_onnx
        from qonnx.transformation.infer_shapes import InferShapes

        for values in (model.graph.input[0], model.graph.output[0]):
            values.type.tensor_type.shape.dim[0].dim_value = len(given)
        wrapper = ModelWrapper(model).transform(InferShapes())
        return execute_onnx(wrapper, {"x": given}, return_full_exec_context=True)
    names = [name for node in model.graph.node for name in node.output]
    model.graph.output.extend(onnx.ValueInfoProto(name=n) for n in names if n != model.graph.output[0].name)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, {"x": given}), strict=True))


@given(recipe=recipes())
@RANDOM
def test_every_tensor_is_that_of_the_reference(recipe: Recipe, tmp_path: Path) -> None:
    graph = read(recipe, tmp_path)
    batch = recipe.batch or 1
    x = example((batch, *recipe.shape), np.dtype(np.float32), 1)
    known = reference(onnx.load(tmp_path / "m.onnx"), x)
    compared = 0
    for name, tensor in graph.tensors.items():
        if name not in known or tensor.constant:
            continue
        assert known[name].size == batch * tensor.size, name
        if batch == 1:
            assert known[name].shape == tensor.shape, name
        first = np.asarray(known[name]).reshape(batch, -1)[0]
        np.testing.assert_allclose(first, tensor.value.ravel(), rtol=1e-5, atol=1e-6, err_msg=name)
        compared += 1
    assert compared >= len(recipe.steps)


@given(recipe=recipes(dialects=("qcdq",)))
@settings(RANDOM, max_examples=25)
def test_qcdq_is_what_qonnx_makes_of_it(recipe: Recipe, tmp_path: Path) -> None:
    """Where qonnx's converter can read a file, both find the same quantisers."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.infer_shapes import InferShapes
    from qonnx.transformation.qcdq_to_qonnx import QCDQToQuant

    graph = read(recipe, tmp_path)
    model = onnx.load(tmp_path / "m.onnx")
    for values in (model.graph.input[0], model.graph.output[0]):
        values.type.tensor_type.shape.dim[0].dim_value = recipe.batch or 1
    other = ModelWrapper(model).transform(InferShapes()).transform(QCDQToQuant())
    theirs = {}
    for node in other.graph.node:
        if node.op_type == "Quant":
            scale, zero, bits = (other.get_initializer(name) for name in node.input[1:])
            theirs[node.output[0]] = (float(scale), float(zero), float(bits))
    ours = {
        node.outputs[0]: tuple(float(graph.tensors[name].value) for name in node.inputs[1:])
        for node in graph.nodes
        if node.op_type == "Quant"
    }
    assert ours
    assert {name: theirs[name] for name in ours} == ours


def chain(
    tmp_path: Path, shape: list[Any], *nodes: tuple[Any, ...], inputs: Any = None, opset: int = 18
) -> ForeignGraph:
    """A graph of nodes (op, inputs, outputs, attributes) from "x" to "y"; arrays among the inputs are constants."""
    constants, protos = [], []
    for op, read_by_it, made, attributes in nodes:
        names = []
        for k, value in enumerate(read_by_it):
            if isinstance(value, str):
                names.append(value)
            else:
                names.append(f"{made[0]}_{k}")
                constants.append(onnx.numpy_helper.from_array(np.asarray(value), names[-1]))
        protos.append(helper.make_node(op, names, made, **attributes))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    graph = helper.make_graph(protos, "g", inputs or [x], [onnx.ValueInfoProto(name="y")], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    onnx.save(model, str(tmp_path / "g.onnx"))
    return read_foreign(read_model(tmp_path / "g.onnx"), "g.onnx")


SUM0 = ("ReduceSum", ["x", np.array([0])], ["y"], {"keepdims": 1})


@pytest.mark.parametrize("batch", ["n", 4])
def test_events_that_influence_each_other_are_refused(tmp_path: Path, batch: Any) -> None:
    with pytest.raises(BadInput, match="influence each other"):
        chain(tmp_path, [batch, 3], SUM0)


def test_a_batch_of_one_is_what_it_is(tmp_path: Path) -> None:
    assert chain(tmp_path, [1, 3], SUM0).tensors["y"].shape == (1, 3)


def test_a_batch_of_four_costs_one_event(tmp_path: Path) -> None:
    graph = chain(
        tmp_path, [4, 6],
        ("Reshape", ["x", np.array([8, 3])], ["a"], {}),
        ("Relu", ["a"], ["b"], {}),
        ("Reshape", ["b", np.array([4, 2, 3])], ["y"], {}),
    )  # fmt: skip
    assert [graph.tensors[name].shape for name in ("x", "a", "y")] == [(1, 6), (2, 3), (1, 2, 3)]
    assert graph.batch == 4


@pytest.mark.parametrize(("axis", "shape"), [(None, (1, 3)), (0, (4, 1)), (-1, (1, 3))])
def test_scales_of_channels_in_qcdq(tmp_path: Path, axis: int | None, shape: tuple[int, ...]) -> None:
    """The axis of DequantizeLinear is 1 unless the file says otherwise."""
    scale = np.linspace(0.1, 0.2, max(shape), dtype=np.float32)
    attributes = {} if axis is None else {"axis": axis}
    graph = chain(
        tmp_path, ["n", 4],
        ("DequantizeLinear", [np.ones((4, 3), np.int8), scale], ["w"], attributes),
        ("MatMul", ["x", "w"], ["y"], {}),
    )  # fmt: skip
    quant = next(node for node in graph.nodes if node.op_type == "Quant")
    assert graph.tensors[quant.inputs[1]].shape == shape
    np.testing.assert_allclose(graph.tensors["w"].value, np.broadcast_to(scale.reshape(shape), (4, 3)))


def test_a_large_fixed_batch_that_no_node_states(tmp_path: Path) -> None:
    """Some exporters write the whole data set as the batch; two events are run, not a million."""
    graph = chain(tmp_path, [1_000_000_000, 6], ("Relu", ["x"], ["y"], {}))
    assert (graph.batch, graph.tensors["y"].shape) == (1_000_000_000, (1, 6))


def test_an_old_version_of_onnx(tmp_path: Path) -> None:
    model = onnx.load(chain_file(tmp_path, ("Relu", ["x"], ["y"], {})))
    model.opset_import[0].version = 6
    assert read_foreign(model, "old").tensors["y"].shape == (1, 3)


def chain_file(tmp_path: Path, node: tuple[Any, ...]) -> str:
    chain(tmp_path, ["n", 3], node)
    return str(tmp_path / "g.onnx")


def test_shapes_computed_from_the_shape_of_the_input(tmp_path: Path) -> None:
    """As torch writes x.view(x.shape[0], -1)."""
    graph = chain(
        tmp_path, ["n", 2, 3],
        ("Shape", ["x"], ["s"], {}),
        ("Gather", ["s", np.array([0])], ["n"], {}),
        ("Concat", ["n", np.array([-1])], ["t"], {"axis": 0}),
        ("Reshape", ["x", "t"], ["y"], {}),
    )  # fmt: skip
    assert graph.tensors["t"].constant
    assert graph.tensors["y"].shape == (1, 6)


def test_an_input_without_batch_axis(tmp_path: Path) -> None:
    graph = chain(tmp_path, [5], ("Relu", ["x"], ["y"], {}))
    assert (graph.batch, graph.input_shape) == (None, (5,))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (["n"], "no fixed shape"),
        (["n", "m"], "no fixed shape"),
        ([2, 0], "no fixed shape"),
        ([1, 1 << 20, 1 << 20], "values per event"),
    ],
)
def test_inputs_without_shape(tmp_path: Path, shape: list[Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        chain(tmp_path, shape, ("Relu", ["x"], ["y"], {}))


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (
            ("MatMul", ["x", np.ones((5, 2), np.float32)], ["y"], {}),
            r"node 'y' \(MatMul\) cannot be computed",
        ),
        (("Reshape", ["x", np.array([-1, 7])], ["y"], {}), "cannot be computed"),
        (("Expand", ["x", np.array([1 << 40, 3])], ["y"], {}), "elements"),
        (("RandomNormalLike", ["x"], ["y"], {}), "random"),
    ],
)
def test_nodes_that_cannot_be_computed(tmp_path: Path, node: tuple[Any, ...], words: str) -> None:
    with pytest.raises(BadInput, match=words) as error:
        chain(tmp_path, ["n", 3], node)
    assert "\n" not in str(error.value)


def test_what_no_output_needs_is_left_out(tmp_path: Path) -> None:
    graph = chain(tmp_path, ["n", 3], ("Sigmoid", ["x"], ["unused"], {}), ("Relu", ["x"], ["y"], {}))
    assert [node.op_type for node in graph.nodes] == ["Relu"]
