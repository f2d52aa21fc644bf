"""Single kinds of nodes: what they take, and that none is free which is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate.sources import of_onnx
from fpgajet.estimate.standard import DEFAULT_PRECISION, walk
from fpgajet.estimate.standard.quantisers import quantised_type
from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.reading import read_model
from tests.estimate.onnx_models import Model

Build = Callable[[Model, str], str]
W = np.full((4, 3), 0.75, np.float32)


def written(tmp_path: Path, shape: tuple[int, ...], build: Build, quantised: bool = True) -> Path:
    m = Model(shape)
    return m.save(tmp_path / "m.onnx", build(m, m.quant("x", 8, 2.0**-4) if quantised else "x"))


def lut(tmp_path: Path, shape: tuple[int, ...], build: Build, quantised: bool = True) -> float:
    """LUTs, and 100 for each DSP."""
    path = written(tmp_path, shape, build, quantised)
    total = of_onnx(path).estimate(part("xcvu13p"), 200).total
    return total.lut.value + 100 * total.dsp.value + 100 * total.bram.value


def constant(m: Model, values: object) -> str:
    return m.constant(f"k{len(m.constants)}", np.asarray(values))


def just(op: str, *constants: object, **attributes: object) -> Build:
    return lambda m, x: m.node(op, [x, *(constant(m, c) for c in constants)], **attributes)


COSTS: dict[str, tuple[tuple[int, ...], Build]] = {
    "max pool": ((4, 8), just("MaxPool", kernel_shape=[2], strides=[2])),
    "average pool": ((4, 8), just("AveragePool", kernel_shape=[4], strides=[2])),
    "maximum of constituents": ((8, 4), just("ReduceMax", np.array([1]), keepdims=0)),
    "minimum": ((8, 4), just("ReduceMin", np.array([1]), keepdims=0)),
    "mean over 7": ((7, 4), just("ReduceMean", np.array([1]), keepdims=0)),
    "sum of all": ((7, 4), just("ReduceSum", np.array([-1, 1]), keepdims=1)),
    "relu6": ((4,), just("Clip", np.float32(0), np.float32(6))),
    "softmax at the end": ((4,), just("Softmax")),
    "argmax at the end": ((4,), just("ArgMax", axis=1)),
    "grouped convolution": ((4, 8), just("Conv", np.full((4, 2, 3), 0.75, np.float32), group=2)),
    "convolution in two dimensions": ((2, 5, 5), just("Conv", np.full((3, 2, 2, 2), 0.75, np.float32))),
    "strides and dilations": (
        (2, 9), just("Conv", np.full((3, 2, 3), 0.75, np.float32), dilations=[2], strides=[2], pads=[1, 1])),
    "prelu": ((4,), just("PRelu", np.full(4, 0.3, np.float32))),
    "division by a variable": ((4,), lambda m, x: m.node("Div", [x, x])),
    "comparison": ((4,), just("Greater", np.float32(0.5))),
    "selection": ((4,), lambda m, x: m.node("Where", [m.node("Less", [x, constant(m, np.float32(0.5))]), x, x])),
    "gates": ((4,), lambda m, x: m.node("Cast", [m.node("Not", [m.node("Equal", [x, x])])], to=1)),
    "square": ((4,), just("Pow", np.float32(2))),
    "absolute value": ((4,), just("Abs")),
    "negation": ((4,), just("Neg")),
    "maximum of two": ((4,), lambda m, x: m.node("Max", [x, m.node("Neg", [x])])),
    "half of a split": ((4,), lambda m, x: m.node("Relu", [_split(m, x)])),
    "gather": ((4,), lambda m, x: m.node("Relu", [m.node("Gather", [x, constant(m, [2, 0])], axis=1)])),
    "slice with steps": ((8,), lambda m, x: m.node("Relu", [m.node(
        "Slice", [x, *(constant(m, [n]) for n in (-1, -9, 1, -2))])])),
    "flatten in front": ((4, 2), lambda m, x: m.node("Relu", [m.node("Flatten", [x], axis=-1)])),
    "expand": ((1, 4), lambda m, x: m.node("Relu", [m.node("Expand", [x, constant(m, [1, 3, 4])])])),
    "pad": ((4,), lambda m, x: m.node("Relu", [m.node("Pad", [x, constant(m, [0, 0, 0, 2])])])),
}  # fmt: skip


def _split(m: Model, x: str) -> str:
    m.node("Split", [x], axis=1, num_outputs=2)
    first = m.nodes[-1].output[0]
    m.nodes[-1].output.append(f"{first}_other")
    return first


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("quantised", [True, False])
def test_what_is_supported_costs_something(tmp_path: Path, name: str, quantised: bool) -> None:
    assert lut(tmp_path, *COSTS[name], quantised) > 0


@pytest.mark.parametrize(("op", "more"), [("ReduceSum", 3), ("ReduceMax", 0)])
def test_pooling_grows_with_the_constituents(tmp_path: Path, op: str, more: int) -> None:
    """Eight values of 8 bits add up to 11; seven additions or comparisons per feature."""
    pooled = just(op, np.array([1]), keepdims=0)
    found = walk(read_foreign(read_model(written(tmp_path, (8, 4), pooled)), "m"))
    result = next(s for name, s in found.signals.items() if name.startswith("reduce"))
    assert result.precision.bits == 8 + more
    (block,) = found.blocks
    assert sum(u.count for u in block.inventory.adders) == 7 * 4
    assert block.inventory.adder_levels == 3


def test_windows_are_as_large_as_their_kernel(tmp_path: Path) -> None:
    found = walk(read_foreign(read_model(written(tmp_path, (2, 9), just("MaxPool", kernel_shape=[3]))), "m"))
    assert sum(u.count for u in found.blocks[0].inventory.adders) == 2 * 7 * 2


REFUSED: dict[str, tuple[tuple[int, ...], Build, str]] = {
    "division by 0": ((4,), just("Div", np.float32(0)), "divides by 0"),
    "cube": ((4,), just("Pow", np.float32(3)), "exponents 1 and 2"),
    "places that depend on values": (
        (4,), lambda m, x: m.node("GatherElements", [x, m.node("ArgMax", [x], axis=1)], axis=1),
        "depends on the input"),
    "einsum of three": (
        (4,), lambda m, x: m.node("Einsum", [x, x, x], equation="bi,bi,bi->b"), "two operands"),
    "einsum with a trace": (
        (4, 4), lambda m, x: m.node("Einsum", [x, constant(m, W)], equation="bii,im->bm"), "repeats an index"),
    "transposed convolution": (
        (4, 8), just("ConvTranspose", np.ones((4, 2, 2), np.float32)), "no estimate for the node"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_said(tmp_path: Path, name: str) -> None:
    shape, build, words = REFUSED[name]
    with pytest.raises(BadInput, match=words) as error:
        of_onnx(written(tmp_path, shape, build))
    assert "\n" not in str(error.value)


def test_leaky_relu_is_a_product_and_a_selection(tmp_path: Path) -> None:
    plain = lut(tmp_path, (4,), just("Relu"))
    shift = lut(tmp_path, (4,), just("LeakyRelu", alpha=0.125))
    product = lut(tmp_path, (4,), just("LeakyRelu", alpha=0.1))
    assert plain < shift < product


def bipolar(m: Model, x: str) -> str:
    return m.node("BipolarQuant", [x, constant(m, np.float32(1))])


def test_bipolar_is_one_bit(tmp_path: Path) -> None:
    precision, scale = quantised_type({"signed": 1}, np.float32(1), 1)
    assert (precision.bits, float(scale)) == (1, 1.0)

    def weights(one_bit: bool) -> Build:
        return lambda m, x: m.node(
            "MatMul", [x, bipolar(m, constant(m, W)) if one_bit else m.quant(constant(m, 5 * W), 3, 1.0)]
        )

    assert lut(tmp_path, (4,), weights(True)) < lut(tmp_path, (4,), weights(False))

    def sums(one_bit: bool) -> Build:
        def build(m: Model, x: str) -> str:
            y = m.node("MatMul", [x, constant(m, W)])
            y = bipolar(m, y) if one_bit else m.quant(y, 4, 1.0)
            return m.node("MatMul", [y, m.quant(constant(m, 5 * W.T), 3, 1.0)])

        return build

    assert lut(tmp_path, (4,), sums(True)) < lut(tmp_path, (4,), sums(False))


@pytest.mark.parametrize("bits", [1, 2])
def test_one_and_two_bits_are_types(bits: int) -> None:
    for signed in (0, 1):
        precision, _ = quantised_type({"signed": signed}, np.float32(0.5), bits)
        assert (precision.bits, precision.fraction) == (bits, 1)


def test_a_scale_that_is_no_power_of_two_costs_its_product(tmp_path: Path) -> None:
    def layer(of_weights: float, of_result: float) -> Build:
        return lambda m, x: m.quant(
            m.node("MatMul", [x, m.quant(constant(m, W), 4, of_weights)]), 6, of_result
        )

    plain = lut(tmp_path, (4,), layer(0.25, 0.5))
    one = lut(tmp_path, (4,), layer(0.24, 0.5))
    both = lut(tmp_path, (4,), layer(0.24, 0.53))
    assert plain < one < both, "a product before the rounding; then another behind it"
    assert lut(tmp_path, (4,), layer(0.125, 0.25)) == pytest.approx(plain, rel=0.1)


def test_the_scale_of_an_output_is_a_product(tmp_path: Path) -> None:
    def blocks(scale: float) -> list[tuple[str, str]]:
        path = written(tmp_path, (4,), lambda m, x: m.quant(m.node("Relu", [x]), 6, scale))
        return [(b.op_type, b.inputs[0] if b.inputs else "") for b in of_onnx(path).blocks]

    assert [op for op, _ in blocks(0.25)] == ["Relu", "Quant"]
    assert [op for op, _ in blocks(0.3)] == ["Relu", "Quant", "Scale"]


def test_scales_along_a_sum_become_part_of_the_weights(tmp_path: Path) -> None:
    """A scale per input cannot be taken out of the sum over the inputs."""
    per_input = np.array([[0.3], [0.25], [0.4], [0.1]], np.float32)
    found = walk(
        read_foreign(
            read_model(
                written(
                    tmp_path, (4,), lambda m, x: m.node("MatMul", [x, m.quant(constant(m, W), 4, per_input)])
                )
            ),
            "m",
        )
    )
    result = next(s for name, s in found.signals.items() if name.startswith("matmul"))
    assert float(result.scale) == 1.0
    assert result.precision.fraction >= 10


def test_a_sum_of_two_scales_takes_their_products(tmp_path: Path) -> None:
    def layer(scale: float) -> Build:
        return lambda m, x: m.node("Add", [m.quant(x, 6, 0.3), m.quant(m.node("Relu", [x]), 6, scale)])

    def products(scale: float) -> int:
        blocks = of_onnx(written(tmp_path, (4,), layer(scale))).blocks
        add = next(b for b in blocks if b.op_type == "Add")
        return sum(u.count for u in add.inventory.constant_products)

    assert products(0.3) == 0
    assert products(0.25) == 4


def test_layers_without_quantisers_get_the_default_precision(tmp_path: Path) -> None:
    def build(m: Model, x: str) -> str:
        y = m.node("Relu", [m.node("MatMul", [x, constant(m, W)])])
        return m.node("Mul", [y, y])

    graph = read_foreign(read_model(written(tmp_path, (4,), build, quantised=False)), "m")
    found = walk(graph)
    for name, signal in found.signals.items():
        if signal.constant is None:
            assert not signal.exact
            assert signal.precision.bits in (DEFAULT_PRECISION.bits, DEFAULT_PRECISION.bits - 1), name
    assert found.assumed[0] == "x"
    assert len(found.assumed) == 4


def test_a_concatenation_holds_all_values(tmp_path: Path) -> None:
    def build(m: Model, x: str) -> str:
        return m.node(
            "Relu",
            [m.node("Concat", [m.quant(x, 3, 4.0), x, constant(m, np.zeros((1, 2), np.float32))], axis=1)],
        )

    found = walk(read_foreign(read_model(written(tmp_path, (4,), build)), "m"))
    joined = next(s for name, s in found.signals.items() if name.startswith("concat"))
    assert (joined.precision.bits, joined.precision.fraction) == (9, 4), "8 bits of x, and 16 above 8"
    assert joined.exact
