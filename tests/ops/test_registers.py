"""Weights in registers: widths hold for all of them, and the same network takes any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.fixed import FixedType, Overflow
from fpgajet.graph.export import export
from fpgajet.graph.load import load
from fpgajet.ops import Dense, RewritableDense
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.network import Tensor, node_widths
from fpgajet.ops.registers import (
    register_types,
    register_values,
    registers_of,
    rewritable,
    with_register_inputs,
    with_values,
)
from fpgajet.verify.boundaries import possible_corners
from tests.networks import random_network, t
from tests.rewritable_network import rewritable_network

KINDS = st.builds(
    FixedType,
    st.booleans(),
    st.integers(2, 8),
    st.integers(-2, 8),
)


class Widest(IntegerArithmetic):
    """Remembers every accumulator."""

    def __init__(self) -> None:
        self.seen: list[FixedArray] = []

    def note(self, name: str, x: FixedArray) -> FixedArray:
        self.seen.append(x)
        return x


@settings(deadline=None, max_examples=60)
@given(KINDS, KINDS, KINDS, st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_no_weights_leave_the_widths(
    x: FixedType, w: FixedType, b: FixedType, features: int, seed: int
) -> None:
    """Random weights and inputs, and all corners of them, stay in the type of the accumulator; the ends are reached."""
    operator, rng = RewritableDense(t("ap_fixed<12,6,AP_TRN,AP_SAT>"), 2, 0), np.random.default_rng(seed)
    zeros = {"weight": np.zeros((2, features), np.int64), "bias": np.zeros(2, np.int64)}
    kinds = {"weight": w, "bias": b}
    start = {name: Tensor(FixedArray.of_type(raw, kinds[name]), kinds[name]) for name, raw in zeros.items()}
    width = node_widths(operator, [((features,), x)], start)["accumulator"]
    a = Widest()
    for corner in (0, 1, None, None):

        def draw(kind: FixedType, shape: tuple[int, ...], corner: int | None = corner) -> FixedArray:
            ends = rng.choice([kind.lowest, kind.highest], shape)
            raw = ends if corner is not None else rng.integers(kind.lowest, kind.highest + 1, shape)
            return FixedArray.of_type(raw, kind)

        tensors = {name: draw(kinds[name], raw.shape) for name, raw in zeros.items()}
        operator.forward(a, [draw(x, (300, features))], tensors)
    ends = [(int(kind.lowest), int(kind.highest)) for kind in (x, w)]
    products = [p * q for p in ends[0] for q in ends[1]]
    fraction = max(x.fraction + w.fraction, b.fraction)
    low = (features * min(products) << (fraction - x.fraction - w.fraction)) + (
        b.lowest << (fraction - b.fraction)
    )
    high = (features * max(products) << (fraction - x.fraction - w.fraction)) + (
        b.highest << (fraction - b.fraction)
    )
    assert width == FixedType.holding(low, high, fraction)
    for found in a.seen:
        assert width.lowest <= found.at(fraction).min()
        assert found.at(fraction).max() <= width.highest


def test_constants_have_narrower_widths_than_registers() -> None:
    network = rewritable_network()
    node = network.output
    values = {name: tensor.values.raw * 0 for name, tensor in node.tensors.items()}
    zeros = {
        name: Tensor(FixedArray.of_type(values[name], tensor.type), tensor.type)
        for name, tensor in node.tensors.items()
    }
    fixed = replace(node, operator=Dense(node.operator.output, 1, 0), tensors=zeros)
    held = replace(node, tensors=zeros)
    given_ = [((2,), network.types()["pool"])]
    narrow, wide = (node_widths(n.operator, given_, n.tensors)["accumulator"].bits for n in (fixed, held))
    assert narrow < wide
    possible = possible_corners(replace(network, nodes=(*network.nodes[:-1], held)))[0]
    assert possible["score.accumulator (intermediate)"]


def test_the_same_network_with_other_values() -> None:
    network = load(export(rewritable_network()))
    assert isinstance(network.output.operator, RewritableDense)
    assert [(r.node, r.tensor, r.first, r.count) for r in registers_of(network)] == [
        ("score", "weight", 0, 2), ("score", "bias", 2, 1)
    ]  # fmt: skip
    names = [name for register in registers_of(network) for name in register.names()]
    assert names == ["score.weight[0,0]", "score.weight[0,1]", "score.bias[0]"]
    types = register_types(network)
    new = np.array([types[0].lowest, types[1].highest, 5])
    other = with_values(network, new)
    assert register_values(other).tolist() == new.tolist()
    assert register_values(network).tolist() != new.tolist()
    raw = np.random.default_rng(1).integers(-500, 500, (50, *network.input_shape))
    rows = with_register_inputs(other, raw)
    np.testing.assert_array_equal(rows[:, : raw[0].size], raw.reshape(50, -1))
    assert (rows[:, raw[0].size :] == new).all()
    given_ = FixedArray(raw, network.input_type.fraction)
    pool = other.reference(given_)["pool"]
    weight, bias = (tensor.values.real for tensor in other.output.tensors.values())
    exact = pool.real @ weight.T + bias
    found = other.reference(given_)["score"].real
    assert np.abs(found - exact).max() < other.output.operator.output.lsb
    for wrong in (new[:2], np.array([types[0].highest + 1, 0, 0])):
        with pytest.raises(ValueError, match=r"registers|do not fit"):
            with_values(network, wrong)


def test_a_register_holds_every_pattern_of_bits() -> None:
    """A symmetric type leaves the lowest pattern out, and a register does not."""
    for kind in register_types(rewritable_network()):
        assert kind.overflow is not Overflow.SAT_SYM
        assert kind.highest - kind.lowest == (1 << kind.bits) - 1


def test_only_dense_on_one_vector_has_registers() -> None:
    with pytest.raises(ValueError, match="LinEq2to0"):
        rewritable(random_network(), ("score",))
    small = rewritable_network()
    with pytest.raises(ValueError, match=r"needs \[F\]"):
        rewritable(replace(small, nodes=small.nodes), ("h",))


def test_products_of_two_variables_are_counted() -> None:
    network = rewritable_network()
    node, shapes = network.output, [(2,)]
    widths = {"input0": network.types()["pool"], **{k: v.type for k, v in node.tensors.items()}}
    widths |= network.widths()["score"]
    lanes = node.operator.inventory(shapes, widths).shared
    assert lanes is not None
    (products,) = lanes.lanes.products
    assert (products.count, products.other_bits) == (2, node.tensors["weight"].type.bits)
    assert not lanes.lanes.constant_products
