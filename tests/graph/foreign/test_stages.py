"""Foreign networks over constituents: every stage of the imported network has the bits of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.foreign.hardware import foreign_network
from fpgajet.graph.foreign.run_qonnx import ExactFile, ForeignFile
from fpgajet.graph.reading import read_model
from fpgajet.pipeline.foreign_events import random_events
from fpgajet.verify.certificate import certify
from tests.estimate.onnx_models import Model
from tests.estimate.standard.test_equivalent import PER_CONSTITUENT
from tests.graph.foreign import brevitas_models
from tests.graph.foreign.test_to_network import RANDOM, imported


def stages_agree(path: Path, count: int = 60) -> None:
    """Every stage of the network that the file has equals the file, executed by qonnx, or exactly in float64."""
    model = read_model(path)
    found = foreign_network(read_foreign(model, path.name))
    assert not found.imported.rounded, found.imported.notes
    file = ForeignFile(model, found) if found.imported.carried else ExactFile(found)
    events = random_events(found.network, 3, count).features
    result = certify(found.network, [file], {"x": events}, score_kind="x")
    assert result.total_differences == 0, result.first_differences
    hidden = sum(int(np.prod(found.network.shapes()[stage])) for stage in found.hidden)
    everything = sum(int(np.prod(found.network.shapes()[node.name])) for node in found.network.nodes)
    assert result.values_compared == count * (everything - hidden)


@st.composite
def deep_sets(draw: st.DrawFn) -> tuple[Model, str]:
    """Scales that are powers of two or not, per tensor or channel; pools, curves, joins and sums of any kind."""
    n, f = draw(st.integers(2, 4)), 3
    channels_first = draw(st.booleans())
    m = Model((f, n) if channels_first else (n, f), draw(st.integers(0, 999)))
    scale = st.sampled_from([0.125, 0.1, 0.07, 0.25])
    x = m.quant("x", draw(st.integers(3, 6)), draw(scale))
    width = draw(st.integers(2, 4))
    per_channel = draw(st.booleans())
    scales = np.float32(draw(scale)) * (m.rng.uniform(0.5, 2, (width, 1)) if per_channel else 1)
    raw = m.constant("w", m.rng.normal(size=(width, f)).astype(np.float32))
    w = m.quant(raw, 4, np.asarray(scales, np.float32))
    if channels_first:
        w = m.node("Unsqueeze", [w, m.constant("two", np.array([2]))])
        y = m.node("Conv", [x, w, m.constant("b", m.rng.normal(size=width).astype(np.float32))])
        broadcast = (width, 1)
    else:
        y = m.node("MatMul", [x, m.node("Transpose", [w], perm=[1, 0])])
        broadcast = (width,)
    y = m.node("Mul", [m.constant("gain", m.rng.normal(size=broadcast).astype(np.float32)), y])
    y = m.node("Add", [y, m.constant("shift", m.rng.normal(size=broadcast).astype(np.float32))])
    if draw(st.booleans()):
        y = m.node("Relu", [y])
    y = m.quant(y, draw(st.integers(3, 6)), draw(scale), signed=draw(st.integers(0, 1)))
    if draw(st.booleans()):
        y = m.quant(
            m.node(draw(st.sampled_from(["Tanh", "Sigmoid", "LeakyRelu", "HardSwish"])), [y]), 5, draw(scale)
        )
    axis, pools = (
        2 if channels_first else 1,
        draw(st.lists(st.sampled_from(["Sum", "Mean", "Max"]), min_size=1, max_size=3)),
    )
    made = []
    for pool in pools:
        p = m.node(f"Reduce{pool}", [y, m.constant(f"axes{len(m.nodes)}", np.array([axis]))], keepdims=0)
        made.append(m.quant(p, 7, 0.23) if draw(st.booleans()) or len(pools) > 1 else p)
    y = made[0] if len(made) == 1 else m.node(draw(st.sampled_from(["Concat"])), made, axis=-1)
    width *= len(made)
    w = m.quant(m.constant("v", m.rng.normal(size=(width, 2)).astype(np.float32)), 4, draw(scale))
    y = m.node("MatMul", [y, w])
    return m, m.quant(y, 8, draw(scale)) if draw(st.booleans()) else y


@given(case=deep_sets())
@settings(RANDOM, max_examples=30)
def test_deep_sets_agree_in_every_stage(case: tuple[Model, str], tmp_path: Path) -> None:
    m, y = case
    stages_agree(m.save(tmp_path / "m.onnx", y))


@pytest.mark.parametrize("name", PER_CONSTITUENT)
def test_a_dense_per_constituent_in_every_form(tmp_path: Path, name: str) -> None:
    """Whatever the nodes are, it is one Dense."""
    m = Model((8, 4))
    y = PER_CONSTITUENT[name](m, m.quant("x", 6, 2.0**-4))
    path = m.save(tmp_path / "m.onnx", m.quant(y, 8, 0.25))
    stages_agree(path)
    assert [node.operator.op_type for node in imported(path).network.nodes] == ["Dense"]


@pytest.mark.parametrize("dynamo", [True, False])
def test_a_brevitas_mlp(tmp_path: Path, dynamo: bool) -> None:
    shape = (brevitas_models.FEATURES,)
    stages_agree(brevitas_models.export(brevitas_models.mlp(), shape, tmp_path / "m.onnx", dynamo=dynamo))


def test_a_brevitas_deep_set_of_the_old_exporter(tmp_path: Path) -> None:
    shape = (brevitas_models.CONSTITUENTS, brevitas_models.FEATURES)
    stages_agree(brevitas_models.export(brevitas_models.DeepSet(), shape, tmp_path / "m.onnx", dynamo=False))


def test_bipolar_weights_and_activations(tmp_path: Path) -> None:
    """One bit stands for +1 and -1; the middle of the two goes into the bias of the next layer."""
    m = Model((4,))

    def bipolar(x: str, scale: float) -> str:
        m.nodes.append(onnx.helper.make_node("BipolarQuant", [x, m.constant(f"{x}_s", np.float32(scale))], [f"{x}_b"],
                                             name=f"{x}_b", domain="qonnx.custom_op.general"))  # fmt: skip
        return f"{x}_b"

    x = bipolar("x", 1.0)
    for k in range(2):
        w = bipolar(m.constant(f"w{k}", m.rng.normal(size=(4, 4)).astype(np.float32)), 0.3)
        x = bipolar(m.node("Add", [m.node("MatMul", [x, w]), m.constant(f"b{k}", np.float32(0.05))]), 0.5)
    stages_agree(m.save(tmp_path / "m.onnx", x))


def masked(m: Model, x: str) -> tuple[str, str]:
    """Constituents whose number 2 is positive, and 1 for each of these."""
    column = m.node("Slice", [x, *(m.constant(n, np.array([v])) for n, v in (("a", 0), ("z", 1), ("at", 2)))])
    mask = m.node("Cast", [m.node("Greater", [column, m.constant("zero", np.float32(0))])], to=1)
    return m.node("Mul", [x, mask]), mask


@pytest.mark.parametrize(
    ("constituents", "scale", "rounded"),
    [(2, 0.25, False), (4, 0.25, False), (3, 0.1, False), (6, 0.125, True)],
)
def test_masked_means(tmp_path: Path, constituents: int, scale: float, rounded: bool) -> None:
    """Whether a reciprocal is rounded so that a mean changes is known from all sums, and said."""
    m = Model((constituents, 3))
    product, mask = masked(m, m.quant("x", 5, scale))
    axes = m.constant("axes", np.array([1]))
    total, count = (m.node("ReduceSum", [t, axes], keepdims=0) for t in (product, mask))
    mean = m.node("Div", [total, m.node("Max", [count, m.constant("one", np.float32(1))])])
    path = m.save(tmp_path / "m.onnx", m.quant(mean, 6, 0.125))
    found = foreign_network(read_foreign(read_model(path), "m"))
    events = random_events(found.network, 3, 400).features
    result = certify(found.network, [ExactFile(found)], {"x": events}, score_kind="x")
    assert found.imported.rounded == any("reciprocals" in note for note in found.imported.notes)
    assert found.imported.rounded == rounded  # a sixth of a sum may lie half way between two integers
    if not found.imported.rounded:
        assert result.total_differences == 0
    assert result.total_differences < result.values_compared / 100


@pytest.mark.parametrize(
    ("kind", "zero"), [(np.uint8, 0), (np.uint8, 128), (np.uint8, 3), (np.int8, -5), (np.int8, 0)]
)
def test_zero_points_of_qcdq(tmp_path: Path, kind: Any, zero: int) -> None:
    m = Model((4,))

    def through(x: str, scale: float) -> str:
        more = [m.constant(f"{x}_s", np.float32(scale)), m.constant(f"{x}_z", np.array(zero, kind))]
        return m.node("DequantizeLinear", [m.node("QuantizeLinear", [x, *more]), *more])

    w = m.constant("w", m.rng.integers(-4, 5, (4, 3)).astype(np.float32) / 4)
    x = through(m.node("MatMul", [through("x", 0.05), w]), 0.03)
    stages_agree(m.save(tmp_path / "m.onnx", m.quant(m.node("Add", [x, x]), 8, 0.25)))


@pytest.mark.parametrize("equation", ["...i,ij->...j", "bij,jk", "bij,jk->bik", "bij,kj->bik"])
def test_equations(tmp_path: Path, equation: str) -> None:
    m = Model((3, 4))
    w = m.quant(
        m.constant("w", m.rng.normal(size=(5, 4) if "kj" in equation else (4, 5)).astype(np.float32)), 4, 0.25
    )
    y = m.node("Einsum", [m.quant("x", 5, 0.25), w], equation=equation)
    stages_agree(m.save(tmp_path / "m.onnx", m.quant(y, 8, 0.25)))


def test_factors_of_gemm(tmp_path: Path) -> None:
    m = Model((4,))
    w = m.quant(m.constant("w", m.rng.normal(size=(4, 5)).astype(np.float32)), 4, 0.25)
    y = m.node("Gemm", [m.quant("x", 5, 0.25), w, m.constant("b", np.float32(0.7))], alpha=0.5, beta=2.0)
    stages_agree(m.save(tmp_path / "m.onnx", m.quant(y, 8, 0.25)))


def test_a_relu_of_a_quantised_tensor(tmp_path: Path) -> None:
    m = Model((4, 3))
    x = m.node("Relu", [m.quant("x", 5, 0.1)])
    w = m.quant(m.constant("w", m.rng.normal(size=(3, 5)).astype(np.float32)), 4, 0.25)
    stages_agree(m.save(tmp_path / "m.onnx", m.quant(m.node("MatMul", [x, w]), 8, 0.25)))


def test_data_types_that_the_file_states(tmp_path: Path) -> None:
    m = Model((4,))
    w = m.quant(m.constant("w", m.rng.normal(size=(4, 5)).astype(np.float32)), 4, 0.25)
    path = m.save(tmp_path / "m.onnx", m.quant(m.node("MatMul", ["x", w]), 8, 0.25))
    for name, ends in (("BIPOLAR", (0, 1)), ("INT4", (-8, 7)), ("UINT3", (0, 7))):
        model = onnx.load(str(path))
        note = onnx.TensorAnnotation(tensor_name="x")
        note.quant_parameter_tensor_names.append(onnx.StringStringEntryProto(key="finn_datatype", value=name))
        del model.graph.quantization_annotation[:]
        model.graph.quantization_annotation.append(note)
        onnx.save(model, str(path))
        stages_agree(path)
        kind = imported(path).network.input_type
        assert (kind.lowest, kind.highest) == ends


def test_constituents_in_a_row_and_masked_sums(tmp_path: Path) -> None:
    """The mask is a function of one column of the input; both ends meet in one layer."""
    m = Model((3, 4))
    x = m.quant("x", 5, 0.25)
    total = m.node("ReduceSum", [masked(m, x)[0], m.constant("axis", np.array([1]))], keepdims=0)
    row = m.node("Reshape", [x, m.constant("flat", np.array([0, -1]))])
    w = m.quant(m.constant("w", m.rng.normal(size=(16, 2)).astype(np.float32)), 4, 0.25)
    both = m.node("Concat", [m.quant(total, 8, 0.25), row], axis=1)
    stages_agree(m.save(tmp_path / "m.onnx", m.quant(m.node("MatMul", [both, w]), 10, 0.0625)))


def test_ties_of_a_mean_over_six_are_said(tmp_path: Path) -> None:
    """Half way between two integers every second step of a quantiser comes later, which no straight line does."""
    m = Model((6, 2))
    mean = m.node("ReduceMean", [m.quant("x", 5, 0.25), m.constant("axes", np.array([1]))], keepdims=0)
    found = imported(m.save(tmp_path / "m.onnx", m.quant(mean, 5, 0.25)))
    assert found.rounded
    (note,) = found.notes
    assert "sums give the next integer" in note
