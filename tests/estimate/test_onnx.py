"""Plain QONNX and ONNX models of standard layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate import Estimate, estimate
from fpgajet.estimate.sources import of_onnx
from fpgajet.graph.export import export
from tests.estimate.onnx_models import Model, deep_set, mlp
from tests.networks import random_network

PART = part("xcvu13p")


def of(path: Path) -> Estimate:
    return of_onnx(path).estimate(PART, 200)


def test_our_own_model_gives_the_same_as_the_network(tmp_path: Path) -> None:
    network = random_network(6)
    onnx.save(export(network), str(tmp_path / "m.onnx"))
    assert of(tmp_path / "m.onnx") == estimate(network, PART, 200)


def test_mlp(tmp_path: Path) -> None:
    e = of(mlp(tmp_path / "m.onnx"))
    layers = [o.op_type for o in e.operators]
    assert layers.count("MatMul") == 4
    assert layers.count("Relu") == 3
    assert e.total.dsp.value == 0, "8-bit activations and 6-bit weights fit into logic"
    # Public 6-bit builds of this very architecture take 40k LUT (arXiv 2006.10159, Q6: 39,782 on an xcvu9p).
    assert 20_000 < e.total.lut.value < 80_000
    assert 5 <= e.total.latency_cycles.value <= 20
    assert e.total.latency_cycles.high / e.total.latency_cycles.low > 2, (
        "not checked on such layers, and says so"
    )
    assert "assumed" in e.total.latency_cycles.evidence


def test_default_precision_costs_dsps(tmp_path: Path) -> None:
    weights = 16 * 64 + 64 * 32 + 32 * 32 + 32 * 5
    e = of(mlp(tmp_path / "m.onnx", bits=None))
    assert 0.5 * weights < e.total.dsp.value < 2 * weights


def test_deep_set_scales_with_constituents(tmp_path: Path) -> None:
    small = of(deep_set(tmp_path / "s.onnx", constituents=8))
    large = of(deep_set(tmp_path / "l.onnx", constituents=16))
    assert (small.constituents, large.constituents) == (8, 16)
    per_constituent = [
        next(o for o in e.operators if o.op_type == "MatMul").lut.value for e in (small, large)
    ]
    assert per_constituent[1] == pytest.approx(2 * per_constituent[0], rel=0.01)
    assert large.total.latency_cycles.value >= small.total.latency_cycles.value


def test_narrower_weights_cost_less(tmp_path: Path) -> None:
    narrow, wide = (of(mlp(tmp_path / f"{bits}.onnx", bits=bits)).total.lut.value for bits in (4, 8))
    assert narrow < 0.7 * wide


def build(
    tmp_path: Path, shape: tuple[int, ...], *nodes: tuple[str, list[object], dict[str, object]]
) -> Estimate:
    """A model of a chain of nodes; inputs that are arrays become constants."""
    m, x = Model(shape), "x"
    x = m.quant(x, 8, 2.0**-4)
    for op, extra, attributes in nodes:
        names = [m.constant(f"c{len(m.constants)}", np.asarray(e)) for e in extra]
        x = m.node(op, [x, *names], **attributes)
    return of(m.save(tmp_path / "m.onnx", x))


W = np.full((4, 3), 0.75, np.float32)


@pytest.mark.parametrize(
    ("shape", "nodes"),
    [
        ((4,), [("Gemm", [W, np.zeros(3, np.float32)], {})]),
        ((4,), [("Gemm", [W.T, np.zeros(3, np.float32)], {"transB": 1})]),
        ((4,), [("BatchNormalization", [np.full(4, v, np.float32) for v in (0.7, 0.1, 0.2, 1.0)], {})]),
        ((4,), [("MatMul", [W], {}), ("Sigmoid", [], {})]),
        ((4,), [("MatMul", [W], {}), ("Softmax", [], {"axis": -1})]),
        ((2, 2), [("Flatten", [], {}), ("MatMul", [W], {})]),
        ((2, 2), [("Reshape", [np.array([-1, 4])], {}), ("MatMul", [W], {})]),
        ((4, 8), [("Conv", [np.full((3, 4, 1), 0.75, np.float32)], {})]),
        (
            (4, 8),
            [
                ("Conv", [np.full((3, 4, 3), 0.75, np.float32)], {"pads": [1, 1]}),
                ("GlobalAveragePool", [], {}),
            ],
        ),
        ((8, 4), [("Transpose", [], {"perm": [0, 2, 1]}), ("GlobalMaxPool", [], {})]),
        ((8, 4), [("ReduceSum", [np.array([1])], {"keepdims": 0}), ("MatMul", [W], {})]),
        ((8, 4), [("ReduceMax", [np.array([-2])], {"keepdims": 0}), ("Relu", [], {})]),
        ((4,), [("Mul", [np.float32(0.3)], {}), ("Relu", [], {})]),
        ((4,), [("Div", [np.float32(49)], {}), ("Relu", [], {})]),
    ],
    ids=lambda value: "+".join(n[0] for n in value) if isinstance(value, list) else "",
)
def test_layers(
    tmp_path: Path, shape: tuple[int, ...], nodes: list[tuple[str, list[object], dict[str, object]]]
) -> None:
    e = build(tmp_path, shape, *nodes)
    assert e.total.lut.value + e.total.dsp.value > 0
    assert e.total.latency_cycles.value >= 1
    assert len(e.operators) <= len(nodes) + 1


def test_scaling_by_a_power_of_two_is_free(tmp_path: Path) -> None:
    plain = build(tmp_path, (4,), ("Relu", [], {}))
    scaled = build(tmp_path, (4,), ("Mul", [np.float32(0.25)], {}), ("Relu", [], {}))
    assert plain.total.lut == scaled.total.lut


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([("Not", [], {})], "cannot be computed"),
        ([("Round", [], {})], "no estimate for the node 'round.*Known: Abs, Add"),
        (
            [("MatMul", [np.ones((5, 2), np.float32)], {})],
            "'matmul.*cannot be computed: .*dimension mismatch",
        ),
        ([("Identity", [], {})], "no node that takes any logic"),
    ],
)
def test_what_cannot_be_estimated(
    tmp_path: Path, nodes: list[tuple[str, list[object], dict[str, object]]], message: str
) -> None:
    with pytest.raises(BadInput, match=message) as error:
        build(tmp_path, (4,), *nodes)
    assert "\n" not in str(error.value)


def test_files_that_are_no_models(tmp_path: Path) -> None:
    whole = mlp(tmp_path / "m.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.onnx").write_bytes(b"")
    for name in ("cut", "empty", "missing"):
        with pytest.raises(BadInput, match=rf"{name}\.onnx"):
            of_onnx(tmp_path / f"{name}.onnx")
