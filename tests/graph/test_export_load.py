"""QONNX files: valid, complete, and the same network when read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.graph.export import FORM, export
from fpgajet.graph.load import load, read_model
from fpgajet.graph.run import OnnxRuntime, Qonnx
from fpgajet.ops import DOMAIN
from fpgajet.ops.forms import MOMENTA, InputForm
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.verify.vectors import edge_vectors
from tests.networks import (
    LOG,
    PUPPI,
    PUPPI_SUM,
    TRIGGER,
    random_jets,
    random_network,
    scaled,
    symmetric,
    with_row_sums,
)
from tests.vecnets import every_network


def test_one_node_for_each_operator_and_weights_behind_quant() -> None:
    model = export(random_network())
    onnx.checker.check_model(model, full_check=True)
    ours = [node for node in model.graph.node if node.domain == DOMAIN]
    assert [node.op_type for node in ours] == ["ConstituentMask", "DotProducts", "LinEq2to2", "LinEq2to0"]
    made_by_quant = {node.output[0] for node in model.graph.node if node.op_type == "Quant"}
    weights = {name for node in ours for name in node.input} - {node.output[0] for node in ours}
    assert weights == made_by_quant
    bodies = {(f.domain, f.name, f.overload) for f in model.functions}
    assert {(n.domain, n.op_type, n.overload) for n in model.graph.node} == bodies


@pytest.mark.parametrize(
    ("form", "beams"), [(MOMENTA, 0), (MOMENTA, 1), (TRIGGER, 0), (LOG, 0), (PUPPI, 0), (PUPPI_SUM, 0)]
)
def test_round_trip(form: InputForm, beams: int, tmp_path: Path) -> None:
    network = random_network(3, 2, beams, form=form)
    onnx.save(export(network), str(tmp_path / "model.onnx"))
    back = load(read_model(tmp_path / "model.onnx"))
    assert (back.name, back.input_type, back.form) == ("random", network.input_type, form)
    assert back.input_shape == (3 + form.header_rows, form.columns)
    for ours, theirs in zip(network.nodes, back.nodes, strict=True):
        assert (ours.name, ours.operator, ours.inputs) == (theirs.name, theirs.operator, theirs.inputs)
        for name, tensor in ours.tensors.items():
            assert theirs.tensors[name].type == tensor.type
            np.testing.assert_array_equal(theirs.tensors[name].values.raw, tensor.values.raw)


def test_a_file_from_before_an_attribute_existed(tmp_path: Path) -> None:
    network = random_network(3)
    model = export(network)
    (score,) = (node for node in model.graph.node if node.op_type == "LinEq2to0")
    (number,) = (k for k, attribute in enumerate(score.attribute) if attribute.name == "scores")
    del score.attribute[number]
    onnx.save(model, str(tmp_path / "model.onnx"))
    assert load(read_model(tmp_path / "model.onnx")).nodes[-1].operator == network.nodes[-1].operator


@pytest.mark.parametrize("beams", [0, 1])
@pytest.mark.parametrize("runner", [OnnxRuntime, Qonnx])
@pytest.mark.parametrize("rounding", ["AP_RND_CONV", "AP_TRN"])
def test_onnxruntime_and_qonnx_equal_the_reference(runner: type, beams: int, rounding: str) -> None:
    network = random_network(4, 3, beams, rounding=rounding, outputs=1 + 2 * beams)
    model = export(network)
    jets = random_jets(300)
    expected = network.reference(FixedArray(from_real(jets, network.input_type), network.input_type.fraction))
    found = runner(model, network).stages(jets)
    for node in network.nodes:
        np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)
    assert len(np.unique(found["score"])) > 50


@pytest.mark.parametrize("runner", [OnnxRuntime, Qonnx])
def test_row_sums_equal_the_reference(runner: type) -> None:
    network = with_row_sums(random_network(4, 2, beams=1))
    jets = random_jets(200)
    expected = network.reference(FixedArray(from_real(jets, network.input_type), network.input_type.fraction))
    found = runner(export(network), network).stages(jets)
    for node in network.nodes:
        np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)
    assert len(np.unique(found["rows"])) > 50


@pytest.mark.parametrize("form", [TRIGGER, LOG, PUPPI, PUPPI_SUM])
@pytest.mark.parametrize("runner", [OnnxRuntime, Qonnx])
def test_other_input_forms_equal_the_reference(runner: type, form: InputForm) -> None:
    network = symmetric(random_network(4, form=form), once=True)
    real = form.features(random_jets(300, narrow=True))
    jets = np.concatenate([real, *edge_vectors(network, 300, 1, real).values()])
    raw = from_real(jets, network.input_type)
    expected = network.reference(FixedArray(raw, network.input_type.fraction))
    found = runner(export(network), network).stages(jets)
    for node in network.nodes:
        np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)
    assert len(np.unique(found["score"])) > 50


def test_weights_over_n_equal_the_reference() -> None:
    network = scaled(random_network(4))
    jets, model = random_jets(300), export(network)
    expected = network.reference(FixedArray(from_real(jets, network.input_type), network.input_type.fraction))
    for runner in (OnnxRuntime(model, network), Qonnx(model, network)):
        found = runner.stages(jets)
        for node in load(model).nodes:
            np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)


@pytest.mark.parametrize(("name", "network"), every_network())
def test_message_passing_equals_the_reference(name: str, network: Network) -> None:
    jets = random_jets(200, network.constituents)
    model = export(network)
    expected = network.reference(FixedArray(from_real(jets, network.input_type), network.input_type.fraction))
    for runner in (OnnxRuntime(model, network), Qonnx(model, network)):
        found = runner.stages(jets)
        for node in load(model).nodes:
            np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)


@pytest.mark.parametrize("text", ['{"form": "polar"}', "[1]", "{"])
def test_an_unknown_input_form_is_refused(text: str) -> None:
    model = export(random_network())
    helper.set_model_props(model, {FORM: text})
    with pytest.raises(BadInput, match="not a valid network"):
        load(model)


def test_foreign_node_is_named() -> None:
    model = export(random_network())
    model.graph.node.append(helper.make_node("Softmax", ["score"], ["p"], name="last"))
    with pytest.raises(BadInput, match=r"'last' of type ai.onnx::Softmax.*no hardware operator"):
        load(model)


def test_missing_attribute_is_named() -> None:
    model = export(random_network())
    node = next(n for n in model.graph.node if n.op_type == "DotProducts")
    del node.attribute[0]
    with pytest.raises(BadInput, match="'dots' cannot be used: attributes missing"):
        load(model)


def test_scale_that_is_no_power_of_two_is_refused() -> None:
    model = export(random_network())
    scale = next(i for i in model.graph.initializer if i.name == "momenta_scale")
    scale.CopyFrom(onnx.numpy_helper.from_array(np.float32(0.3), "momenta_scale"))
    with pytest.raises(BadInput, match="not a power of two"):
        load(model)


@pytest.mark.parametrize("content", [b"", b"not a model", None])
def test_unreadable_files(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    if content is None:
        whole = export(random_network()).SerializeToString()
        content = whole[: len(whole) // 2]
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a complete ONNX model"):
        read_model(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        read_model(tmp_path / "nothing.onnx")
