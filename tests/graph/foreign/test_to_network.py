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
from fpgajet.graph.foreign.to_network import Imported, to_network
from fpgajet.graph.reading import read_model
from fpgajet.ops.integers import FixedArray
from tests.estimate.onnx_models import Model

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
