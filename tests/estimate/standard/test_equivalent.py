"""Graphs that compute the same cost the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import part
from fpgajet.estimate.sources import of_onnx
from tests.estimate.onnx_models import Model

RNG = np.random.default_rng(3)
W = (RNG.integers(-20, 21, (4, 6)) / 16).astype(np.float32)
ADJACENCY = RNG.integers(0, 2, (5, 8)).astype(np.float32)


def cost(tmp_path: Path, shape: tuple[int, ...], build: Callable[[Model, str], str]) -> tuple[float, ...]:
    m = Model(shape)
    y = build(m, m.quant("x", 8, 2.0**-4))
    total = of_onnx(m.save(tmp_path / "m.onnx", y)).estimate(part("xcvu13p"), 200).total
    return total.lut.value, total.dsp.value, total.latency_cycles.value


def ints(m: Model, *values: int) -> str:
    return m.constant(f"i{len(m.constants)}", np.array(values, np.int64))


def weights(m: Model, values: np.ndarray, scale: object = 2.0**-4) -> str:
    name = m.constant(f"w{len(m.constants)}", values)
    return m.quant(name, 6, scale)  # type: ignore[arg-type]


def dense(m: Model, x: str) -> str:
    return m.node("MatMul", [x, weights(m, W)])


PER_CONSTITUENT: dict[str, Callable[[Model, str], str]] = {
    "dense": dense,
    "gemm": lambda m, x: m.node(
        "Reshape",
        [
            m.node("Gemm", [m.node("Reshape", [x, ints(m, -1, 4)]), weights(m, W.T)], transB=1),
            ints(m, -1, 8, 6),
        ],
    ),
    "convolution": lambda m, x: m.node(
        "Transpose",
        [m.node("Conv", [m.node("Transpose", [x], perm=[0, 2, 1]), weights(m, W.T[:, :, None])])],
        perm=[0, 2, 1],
    ),
    "einsum": lambda m, x: m.node("Einsum", [x, weights(m, W)], equation="bnk,km->bnm"),
    "left": lambda m, x: m.node("MatMul", [weights(m, W.T), m.node("Transpose", [x], perm=[0, 2, 1])]),
    "identity": lambda m, x: m.node("Identity", [dense(m, m.node("Dropout", [x]))]),
    "unsqueezed": lambda m, x: m.node(
        "Squeeze", [dense(m, m.node("Unsqueeze", [x, ints(m, 1)])), ints(m, 1)]
    ),
    "transposed weights": lambda m, x: m.node("MatMul", [x, m.node("Transpose", [weights(m, W.T)])]),
    "weights reshaped": lambda m, x: m.node(
        "MatMul", [x, m.node("Reshape", [weights(m, W.reshape(2, 12)), ints(m, 4, -1)])]
    ),
    "columns apart": lambda m, x: m.node(
        "MatMul", [x, m.node("Concat", [weights(m, W[:, :2]), weights(m, W[:, 2:])], axis=1)]
    ),
    "zero bias": lambda m, x: m.node("Add", [dense(m, x), m.constant("zero", np.zeros(6, np.float32))]),
    "unused branch": lambda m, x: (m.node("Sigmoid", [x]), dense(m, x))[1],
}


@pytest.mark.parametrize("name", PER_CONSTITUENT)
def test_a_dense_per_constituent(tmp_path: Path, name: str) -> None:
    wanted = cost(tmp_path, (8, 4), dense)
    assert wanted[0] > 1000
    assert cost(tmp_path, (8, 4), PER_CONSTITUENT[name]) == wanted


def test_a_matrix_on_the_left_of_constituents(tmp_path: Path) -> None:
    """Sums over neighbours, as in JEDI-net: no products, and the same as the transposed product."""
    left = cost(tmp_path, (8, 4), lambda m, x: m.node("MatMul", [weights(m, ADJACENCY, 1.0), x]))
    right = cost(
        tmp_path, (8, 4),
        lambda m, x: m.node("MatMul", [m.node("Transpose", [x], perm=[0, 2, 1]), weights(m, ADJACENCY.T, 1.0)]),
    )  # fmt: skip
    assert left == right
    assert left[1] == 0


def test_a_product_of_pairs_in_three_forms(tmp_path: Path) -> None:
    def matmul(m: Model, x: str) -> str:
        return m.node("MatMul", [x, m.node("Transpose", [x], perm=[0, 2, 1])])

    def einsum(m: Model, x: str) -> str:
        return m.node("Einsum", [x, x], equation="bif,bjf->bij")

    for features in (7, 8, 9):
        assert cost(tmp_path, (8, features), matmul) == cost(tmp_path, (8, features), einsum)
    square = [cost(tmp_path, (8, features), matmul)[0] for features in (7, 8, 9)]
    assert square == sorted(square), "a square matrix is no special case"


def test_constants_that_are_computed(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 6)
    plain = cost(tmp_path, (4,), lambda m, x: m.node("MatMul", [x, m.constant("w", values)]))
    computed = cost(
        tmp_path, (4,),
        lambda m, x: m.node(
            "MatMul", [x, m.node("Mul", [m.constant("a", 2 * values), m.constant("h", np.float32(0.5))])]
        ),
    )  # fmt: skip
    assert plain == computed


def test_the_order_of_a_concatenation_does_not_matter(tmp_path: Path) -> None:
    def joined(order: int) -> Callable[[Model, str], str]:
        def build(m: Model, x: str) -> str:
            narrow = m.quant(m.node("Relu", [x]), 2, 1.0, signed=0)
            pair = [x, narrow][::order]
            rows = np.concatenate([W, W / 2][::order])
            return m.node("MatMul", [m.node("Concat", pair, axis=1), weights(m, rows, 2.0**-5)])

        return build

    assert cost(tmp_path, (4,), joined(1)) == cost(tmp_path, (4,), joined(-1))


@pytest.mark.parametrize("batch", [None, 1, 8])
def test_the_length_of_the_batch_does_not_matter(tmp_path: Path, batch: int | None) -> None:
    m = Model((8, 4))
    y = m.node("Reshape", [dense(m, m.quant("x", 8, 2.0**-4)), ints(m, batch or -1, 48)])
    path = m.save(tmp_path / "m.onnx", m.node("Relu", [y]), batch)
    total = of_onnx(path).estimate(part("xcvu13p"), 200).total
    wanted = cost(tmp_path, (8, 4), lambda m, x: m.node("Relu", [dense(m, x)]))
    assert (total.lut.value, total.dsp.value, total.latency_cycles.value) == wanted


def test_channels_with_other_scales_cost_what_they_take(tmp_path: Path) -> None:
    """Per-channel scales of weights are products behind the matrix; powers of two are shifts."""
    ones = np.full(6, 2.0**-4, np.float32)

    def layer(scale: object) -> Callable[[Model, str], str]:
        return lambda m, x: m.quant(
            m.node("MatMul", [x, weights(m, np.full((4, 6), 0.5, np.float32), scale)]), 8, 0.25
        )

    plain = cost(tmp_path, (4,), layer(2.0**-4))
    assert cost(tmp_path, (4,), layer(ones)) == plain
    assert cost(tmp_path, (4,), layer(ones * 0.9))[0] > plain[0]
    assert cost(tmp_path, (4,), layer(ones * np.linspace(1, 1.9, 6, dtype=np.float32)))[0] > plain[0]
