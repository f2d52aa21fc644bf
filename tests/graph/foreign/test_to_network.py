"""Foreign QONNX networks become our operators with the same bits as in qonnx."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding, from_real, requantise
from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.foreign.biases import bias_before
from fpgajet.graph.foreign.hardware import foreign_network
from fpgajet.graph.foreign.run_qonnx import ExactFile, ForeignFile
from fpgajet.graph.foreign.to_network import Imported, to_network
from fpgajet.graph.reading import read_model
from fpgajet.ops.integers import FixedArray
from fpgajet.pipeline.foreign_events import random_events
from fpgajet.verify.certificate import certify
from tests.estimate.onnx_models import Model
from tests.estimate.standard.test_equivalent import PER_CONSTITUENT
from tests.graph.foreign import brevitas_models

RANDOM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def imported(path: Path, precision: FixedType | None = None) -> Imported:
    return to_network(read_foreign(read_model(path), path.name), precision)


def in_qonnx(path: Path, x: np.ndarray) -> np.ndarray:
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes

    model = onnx.load(str(path))
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = len(x)
    wrapper = ModelWrapper(model).transform(InferShapes())
    return np.asarray(next(iter(execute_onnx(wrapper, {"x": x}).values())))


def in_integers(found: Imported, x: np.ndarray) -> np.ndarray:
    network = found.network
    raw = from_real(x, network.input_type)
    return network.reference(FixedArray(raw, network.input_type.fraction))[network.output.name].real


def layer(m: Model, x: str, before: int, after: int, draw: Any) -> str:
    """A Dense layer as some exporter writes it."""
    name = f"w{len(m.nodes)}"
    turned = len(m.shape) == 1 and draw(st.booleans())  # Gemm takes no constituents
    m.constant(name, (m.rng.normal(size=(after, before) if turned else (before, after))).astype(np.float32))
    w = m.quant(name, draw(st.integers(2, 6)), 2.0 ** -draw(st.integers(0, 4)), signed=1)
    bias = m.constant(f"b{len(m.nodes)}", m.rng.integers(-8, 9, after).astype(np.float32) / 4)
    if turned:
        return m.node("Gemm", [x, w, bias], transB=1)
    product = m.node("MatMul", [x, w])
    if draw(st.booleans()):
        return product
    return m.node("Add", [bias, product] if draw(st.booleans()) else [product, bias])


@st.composite
def networks(draw: st.DrawFn) -> tuple[Model, str]:
    """Up to three layers, with or without ReLU, joined with their input or not, last quantiser or none."""
    shape = draw(st.sampled_from([(4,), (3, 4)]))
    m = Model(shape, draw(st.integers(0, 999)))
    x = m.quant("x", draw(st.integers(3, 7)), 2.0 ** -draw(st.integers(2, 4)))
    width = 4
    for last in (*([False] * draw(st.integers(0, 2))), True):
        after = draw(st.integers(1, 5))
        y = layer(m, x, width, after, draw)
        if draw(st.booleans()):
            y = m.node("Relu", [y])
        if last and draw(st.booleans()):
            return m, y
        signed = draw(st.integers(0, 1))
        before, x, width = (
            (x, width),
            m.quant(y, draw(st.integers(2, 7)), 2.0 ** -draw(st.integers(0, 4)), signed),
            after,
        )
        if not last and draw(st.booleans()):
            x, width = m.node("Concat", [x, before[0]], axis=-1), after + before[1]
    return m, x


@given(case=networks(), seed=st.integers(0, 999))
@RANDOM
def test_every_bit_is_that_of_qonnx(case: tuple[Model, str], seed: int, tmp_path: Path) -> None:
    m, y = case
    path = m.save(tmp_path / "m.onnx", y)
    found = imported(path)
    x = np.random.default_rng(seed).normal(0, 3, (50, *m.shape)).astype(np.float32)
    assert found.notes == ()
    np.testing.assert_array_equal(in_integers(found, x), in_qonnx(path, x))


def mlp(tmp_path: Path, bias: float, scale: Any = 0.25, **quant: Any) -> Path:
    m = Model((4,))
    x = m.quant("x", 6, 0.125)
    w = m.quant(
        m.constant("w", np.eye(4, dtype=np.float32) if np.size(scale) == 1 else np.ones((4, 4), np.float32)),
        4,
        scale,
    )
    y = m.node("Add", [m.node("MatMul", [x, w]), m.constant("b", np.full(4, bias, np.float32))])
    y = m.quant(m.node("Relu", [y]), 5, 0.25)
    for attribute in m.nodes[-1].attribute:
        if attribute.name in quant:
            attribute.CopyFrom(onnx.helper.make_attribute(attribute.name, quant[attribute.name]))
    return m.save(tmp_path / "m.onnx", y)


@given(
    bias=st.floats(-100, 100), raw=st.integers(-2000, 2000), grid=st.integers(-1, 6), fraction=st.integers(-1, 6),
    rounding=st.sampled_from([Rounding.FLOOR, Rounding.HALF_EVEN]),
)  # fmt: skip
def test_one_bit_replaces_the_rest_of_a_bias(
    bias: float, raw: int, grid: int, fraction: int, rounding: Rounding
) -> None:
    precision = FixedType(True, 30, fraction, rounding, Overflow.SAT)
    kept, at = bias_before(precision, np.array([bias]), grid)
    short = requantise(np.array([(raw << (at - grid)) + int(kept[0])]), at, precision)
    exact = Fraction(raw) / Fraction(2) ** grid + Fraction(bias)
    scaled = exact * Fraction(2) ** fraction
    assert int(short[0]) == (round(scaled) if rounding is Rounding.HALF_EVEN else math.floor(scaled))


def test_biases_in_floating_point_give_the_bits_of_qonnx(tmp_path: Path) -> None:
    path = mlp(tmp_path, 0.3)
    x = np.random.default_rng(0).normal(0, 3, (500, 4)).astype(np.float32)
    found = imported(path)
    assert found.notes == ()
    np.testing.assert_array_equal(in_integers(found, x), in_qonnx(path, x))


def test_a_bias_that_is_rounded_is_said(tmp_path: Path) -> None:
    m = Model((4,))
    x = m.quant("x", 6, 0.125)
    w = m.quant(m.constant("w", np.eye(4, dtype=np.float32)), 4, 0.25)
    path = m.save(
        tmp_path / "m.onnx", m.node("Add", [m.node("MatMul", [x, w]), m.constant("b", np.float32(0.3))])
    )
    found = imported(path)
    (note,) = found.notes
    assert note.startswith("the bias of add3 is rounded to 2^-5, so that scores differ") or note.startswith(
        "the bias of matmul2 is rounded to 2^-5, so that scores differ"
    )
    assert not found.rounded  # a constant can be taken off again
    events = np.random.default_rng(0).normal(0, 3, (50, 4)).astype(np.float32)
    assert np.abs(in_integers(found, events) - in_qonnx(path, events)).max() <= 2.0**-6


@pytest.mark.parametrize("mode", ["ROUND", "FLOOR"])
def test_rounding_modes(tmp_path: Path, mode: str) -> None:
    path = mlp(tmp_path, -0.125, rounding_mode=mode)
    x = np.random.default_rng(0).normal(0, 3, (500, 4)).astype(np.float32)
    np.testing.assert_array_equal(in_integers(imported(path), x), in_qonnx(path, x))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"scale": np.linspace(0.1, 0.2, 4).reshape(4, 1)},
            "scales that are no powers of two of one another",
        ),
        ({"narrow": 1, "signed": 0}, "narrow without a sign"),
    ],
)
def test_what_is_not_exact_is_refused(tmp_path: Path, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        imported(mlp(tmp_path, 0.0, **arguments))


@pytest.mark.parametrize(
    ("op", "words"),
    [
        ("Sigmoid", "not what the last layer gives"),
        ("MatMul", "state the precision"),
        ("Sum", "not one of those"),
    ],
)
def test_layers_that_are_not_known_yet(tmp_path: Path, op: str, words: str) -> None:
    m = Model((4,))
    x = "x" if op == "MatMul" else m.quant("x", 6, 0.125)
    extra = [m.quant(m.constant("w", np.eye(4, dtype=np.float32)), 4, 0.25)] if op == "MatMul" else []
    y = m.node(op, [x, *extra])
    with pytest.raises(BadInput, match=words):
        imported(m.save(tmp_path / "m.onnx", y))


def test_an_input_without_quantiser_and_a_last_softmax(tmp_path: Path) -> None:
    """As QKeras models come: the precision of the input is stated, and the network gives the logits."""
    m = Model((4,))
    w = m.quant(m.constant("w", np.eye(4, dtype=np.float32)), 4, 0.25)
    logits = m.quant(m.node("MatMul", ["x", w]), 6, 0.5)
    path = m.save(tmp_path / "m.onnx", m.node("Softmax", [logits], axis=-1))
    found = imported(path, FixedType.from_ap_fixed("ap_fixed<8,4,AP_RND_CONV,AP_SAT>"))
    assert found.output == logits
    assert [note.split(" ")[1] for note in found.notes] == ["input", "last"]
    x = (np.random.default_rng(0).integers(-128, 128, (50, 4)) / 16).astype(np.float32)
    scores = np.exp(in_integers(found, x))
    np.testing.assert_allclose(scores / scores.sum(1, keepdims=True), in_qonnx(path, x), rtol=1e-5)


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
