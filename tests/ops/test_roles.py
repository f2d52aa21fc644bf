"""Operators say what their axes, constants and hooks mean, and what they say fits what they do."""

from __future__ import annotations

import pytest

from fpgajet.estimate.blocks import blocks_of
from fpgajet.ops import OPERATORS, AffineMean
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.network import Network
from fpgajet.ops.roles import Axis, Entity, Hook, Meaning, entity
from tests.foreign_networks import random_foreign
from tests.networks import (
    LOG,
    PUPPI,
    PUPPI_SUM,
    TRIGGER,
    random_features,
    random_network,
    rounded_terms,
    scaled,
    with_jet,
    with_row_sums,
)
from tests.ops.test_widths import extreme_inputs
from tests.rewritable_network import rewritable_network
from tests.vecnets import every_network

NETWORKS: list[tuple[str, Network]] = [
    ("momenta", random_network(4)),
    ("trigger", random_network(4, form=TRIGGER)),
    ("log", random_network(4, form=LOG)),
    ("puppi", random_network(4, form=PUPPI)),
    ("candidates", random_network(4, form=PUPPI_SUM)),
    ("features", random_features(4)),
    ("scaled", scaled(random_network(4))),
    ("classes", random_network(4, outputs=3)),
    ("rows", with_row_sums(random_network(4))),
    ("rounded", rounded_terms(random_network(4))),
    ("jet", with_jet(random_network(4))),
    ("foreign", random_foreign()),
    ("registers", rewritable_network()),
    *every_network(),
]


class Hooks(IntegerArithmetic):
    """Remembers the hooks that were offered."""

    def __init__(self) -> None:
        self.offered: list[Hook] = []

    def hook(self, hook: Hook, x: FixedArray) -> FixedArray:
        self.offered.append(hook)
        return x


def test_every_operator_is_in_a_network_of_the_tests() -> None:
    used = {node.operator.op_type for _, network in NETWORKS for node in network.nodes}
    assert used == set(OPERATORS)


def test_every_operator_counts_units_somewhere() -> None:
    """An empty ``inventory`` would make hardware free of charge."""
    empty = Inventory()
    counted = {
        block.op_type for _, network in NETWORKS for block in blocks_of(network) if block.inventory != empty
    }
    assert counted == set(OPERATORS)


@pytest.mark.parametrize(("name", "network"), NETWORKS)
def test_axes_fit_the_shapes(name: str, network: Network) -> None:
    axes, shapes = network.axes(), network.shapes()
    n = network.constituents
    slots = {network.input_shape[0], n, n + 1, n + 2}  # one word of the jet, two beams
    for stage, shape in shapes.items():
        assert len(axes[stage]) == len(shape), stage
        for axis, length in zip(axes[stage], shape, strict=True):
            if axis in (Axis.PAIR, Axis.CONSTITUENT):
                assert length in slots, stage
        assert axes[stage].count(Axis.PAIR) in (0, 2), stage
    assert entity(axes[network.output.name]) is Entity.JET


@pytest.mark.parametrize(("name", "network"), NETWORKS)
def test_an_operator_offers_the_hooks_that_it_declares(name: str, network: Network) -> None:
    for node in network.nodes:
        a = Hooks()
        tensors = {key: tensor.values for key, tensor in node.tensors.items()}
        node.operator.forward(a, extreme_inputs(node.operator, network, 3), tensors)
        assert tuple(a.offered) == node.operator.hooks, node.name


@pytest.mark.parametrize(("name", "network"), NETWORKS)
def test_tensors_over_n_have_a_row_for_every_number_of_slots(name: str, network: Network) -> None:
    for node in network.nodes:
        shapes = [network.shapes()[i] for i in node.inputs]
        wanted = node.operator.tensor_shapes(*shapes)
        assert list(wanted) == list(node.operator.tensors), node.name
        for key, role in node.operator.tensors.items():
            if role.over_n:
                assert wanted[key][0] == shapes[0][0] + 1, (node.name, key)


def test_a_hook_for_batch_norm_comes_with_a_weight_and_a_bias() -> None:
    for operator in OPERATORS.values():
        meanings = [role.meaning for role in operator.tensors.values()]
        if Hook.BATCH_NORM in operator.hooks:
            assert meanings.count(Meaning.WEIGHT) == meanings.count(Meaning.BIAS) == 1
    assert not AffineMean.hooks  # made from layers whose norms are folded already
