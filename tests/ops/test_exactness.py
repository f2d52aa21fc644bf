"""What docs/exactness.md promises is enforced: networks beyond it are refused, or computed exactly."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.export import export
from fpgajet.graph.load import load
from fpgajet.graph.run import OnnxRuntime, Qonnx
from fpgajet.ops import DotProducts
from fpgajet.ops.exactness import NotExact
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from tests.networks import random_jets, random_network, t
from tests.test_fixed import expected_raw


def with_dots(text: str, network: Network | None = None) -> Network:
    """A network whose d_ij have another type."""
    network = network or random_network(4)
    nodes = [
        replace(n, operator=replace(n.operator, output=t(text))) if n.name == "dots" else n
        for n in network.nodes
    ]
    return replace(network, nodes=tuple(nodes))


def test_results_of_more_than_24_bits_are_refused() -> None:
    assert with_dots("ap_fixed<24,20,AP_TRN,AP_SAT>").types()["dots"].bits == 24
    with pytest.raises(NotExact, match=r"dots has the type ap_fixed<25,20.* at most 24 bits"):
        with_dots("ap_fixed<25,20,AP_TRN,AP_SAT>")


def test_inputs_and_constants_of_more_than_24_bits_are_refused() -> None:
    network = random_network(4)
    with pytest.raises(NotExact, match="momenta has the type ap_fixed<25,12"):
        replace(network, input_type=t("ap_fixed<25,12,AP_TRN,AP_SAT>"))
    pairs = network.nodes[2]
    wide = Tensor(pairs.tensors["bias"].values, FixedType(True, 30, 10))
    nodes = (*network.nodes[:2], replace(pairs, tensors={**pairs.tensors, "bias": wide}), network.nodes[3])
    with pytest.raises(NotExact, match="the tensor bias of pairs has the type ap_fixed<30,20"):
        replace(network, nodes=nodes)


@pytest.mark.parametrize("precision", [FixedType(True, 8, 140), FixedType(True, 8, -121)])
def test_binary_points_outside_float32_are_refused(precision: FixedType) -> None:
    with pytest.raises(NotExact, match="beyond the range of float32"):
        with_dots(precision.ap_fixed())


def test_a_refusal_is_bad_input_and_a_value_error() -> None:
    """The command line prints it as a paragraph, and readers of files wrap it."""
    assert issubclass(NotExact, BadInput)
    assert issubclass(NotExact, ValueError)


def only_dots(given: str, output: str) -> Network:
    return Network(
        "dots", "momenta", (2, 4), t(given), (Node("dots", DotProducts(t(output), 2, 0), ("momenta",)),)
    )


def test_wide_products_shifted_up_saturate_as_rational_numbers_do() -> None:
    """Products of 24-bit momenta into ap_fixed<24,1> would be shifted beyond int64."""
    network = only_dots("ap_fixed<24,24,AP_TRN,AP_SAT>", "ap_fixed<24,1,AP_TRN,AP_SAT>")
    kind = network.input_type
    raw = np.random.default_rng(1).integers(kind.lowest, kind.highest + 1, (400, 2, 4))
    raw[:20] = np.random.default_rng(2).integers(-1, 2, (20, 2, 4))
    found = network.reference(FixedArray(raw, 0))["dots"].raw
    metric = np.array([1, -1, -1, -1])
    exact = np.einsum("jia,jka,a->jik", raw.astype(object), raw.astype(object), metric)
    to = network.nodes[0].operator.output
    np.testing.assert_array_equal(found, np.vectorize(lambda d: expected_raw(Fraction(d), to))(exact))
    assert len(np.unique(found)) > 2


@pytest.mark.parametrize(("fraction", "bits"), [(46, 53), (60, 64)])
def test_a_network_is_refused_where_int64_or_float64_might_not_suffice(fraction: int, bits: int) -> None:
    """Binary points so far apart that a sum needs more bits than float64, or even int64, has."""
    network = random_network(4)
    pairs = network.nodes[2]
    far = FixedType(True, 10, fraction, Rounding.HALF_EVEN, Overflow.SAT)
    bias = Tensor(FixedArray(pairs.tensors["bias"].values.raw, fraction), far)
    nodes = (*network.nodes[:2], replace(pairs, tensors={**pairs.tensors, "bias": bias}), network.nodes[3])
    network = replace(network, nodes=nodes)
    message = f"in pairs an intermediate needs more than {bits} bits"
    with pytest.raises(NotExact, match=message):
        network.reference(FixedArray(np.zeros((1, 4, 4), np.int64), network.input_type.fraction))
    with pytest.raises(NotExact, match=message):
        export(network)


def test_an_input_that_rounds_half_up_is_refused_by_name() -> None:
    network = replace(random_network(4), input_type=t("ap_fixed<14,12,AP_RND,AP_SAT>"))
    with pytest.raises(BadInput, match=r"AP_RND.*QONNX.*AP_RND_CONV or AP_TRN"):
        export(network)


def test_a_file_whose_input_rounds_half_up_is_refused_by_name() -> None:
    model = export(random_network(4))
    quant = next(node for node in model.graph.node if node.input[0] == "jet")
    set_rounding(quant, "HALF_UP")
    with pytest.raises(BadInput, match="HALF_UP: QONNX rounds ties away from zero"):
        load(model)


def set_rounding(node: onnx.NodeProto, mode: str) -> None:
    attribute = next(a for a in node.attribute if a.name == "rounding_mode")
    attribute.s = mode.encode()


def test_constants_that_round_half_up_mean_the_same_everywhere() -> None:
    network = random_network(4)
    pairs = network.nodes[2]
    bias = pairs.tensors["bias"]
    half_up = Tensor(bias.values, replace(bias.type, rounding=Rounding.HALF_UP))
    nodes = (*network.nodes[:2], replace(pairs, tensors={**pairs.tensors, "bias": half_up}), network.nodes[3])
    model = export(replace(network, nodes=nodes))
    loaded = load(model)
    np.testing.assert_array_equal(loaded.nodes[2].tensors["bias"].values.raw, bias.values.raw)
    jets = random_jets(50)
    ours, theirs = OnnxRuntime(model, loaded).stages(jets), Qonnx(model, loaded).stages(jets)
    np.testing.assert_array_equal(ours["score"], theirs["score"])


def test_constants_between_grid_points_that_round_half_up_are_refused() -> None:
    model = export(random_network(4))
    quant = next(node for node in model.graph.node if node.output[0] == "pairs_bias")
    set_rounding(quant, "HALF_UP")
    load(model)  # on the grid nothing is rounded
    values = next(i for i in model.graph.initializer if i.name == "pairs_bias_values")
    moved = numpy_helper.to_array(values) + np.float32(2.0**-8)
    values.CopyFrom(numpy_helper.from_array(moved.astype(np.float32), values.name))
    with pytest.raises(BadInput, match=r"pairs_bias.*rounds constants with the rounding mode HALF_UP"):
        load(model)
