"""Affine edge functions become O(N), bit for bit, and only where that is exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fpgajet.fixed import FixedType, from_real
from fpgajet.graph.collapse import collapse, holds
from fpgajet.ops import DotProducts, KnnGraph, Operator
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node
from tests.networks import random_jets, t
from tests.vecnets import BIT, random_affine


def with_operator(network: Network, name: str, operator: Operator, *inputs: str) -> Network:
    nodes = [
        replace(node, operator=operator, inputs=inputs or node.inputs) if node.name == name else node
        for node in network.nodes
    ]
    return replace(network, nodes=tuple(nodes))


@pytest.mark.parametrize("n", [1, 4, 7])
def test_the_collapsed_network_is_the_same_function(n: int) -> None:
    network = random_affine(n)
    small = collapse(network)
    assert [node.name for node in small.nodes] == ["mask", "h", "mean", "node", "pool", "score"]
    given = FixedArray(from_real(random_jets(500, n), network.input_type), network.input_type.fraction)
    whole, fast = network.reference(given), small.reference(given)
    for name in fast:
        np.testing.assert_array_equal(fast[name].raw, whole[name].raw, err_msg=name)
    assert n == 1 or len(np.unique(fast["score"].raw)) > 50


def test_rounding_a_pair_forbids_it() -> None:
    network = random_affine()
    messages = next(node.operator for node in network.nodes if node.name == "messages")
    for text in ("ap_fixed<14,4,AP_TRN,AP_SAT>", "ap_fixed<16,10,AP_TRN,AP_SAT>"):  # saturates; rounds
        other = with_operator(network, "messages", replace(messages, output=t(text)))
        assert collapse(other) is other


def test_a_relu_forbids_it() -> None:
    network = random_affine()
    messages = next(node.operator for node in network.nodes if node.name == "messages")
    other = with_operator(network, "messages", replace(messages, relu=1))
    assert collapse(other) is other


def test_another_graph_forbids_it() -> None:
    dots = Node("dots", DotProducts(t("ap_fixed<18,18,AP_TRN,AP_SAT>"), 4, 0), ("momenta",))
    complete = random_affine()
    network = replace(complete, nodes=(dots, *complete.nodes))
    assert collapse(network) is not network
    other = with_operator(network, "edges", KnnGraph(BIT, 4, 0, 1), "dots", "mask")
    assert collapse(other) is other


def test_what_a_type_holds() -> None:
    assert holds(FixedType(True, 8, 3), FixedType(True, 6, 2))
    assert not holds(FixedType(True, 8, 1), FixedType(True, 6, 2))
    assert not holds(FixedType(True, 6, 3), FixedType(True, 6, 2))
    assert not holds(FixedType(False, 9, 2), FixedType(True, 6, 2))


def test_what_nobody_reads_is_left_out() -> None:
    """Also what only feeds such a node."""
    network = random_affine()
    dots = Node("dots", DotProducts(t("ap_fixed<18,18,AP_TRN,AP_SAT>"), 4, 0), ("momenta",))
    nearest = Node("nearest", KnnGraph(BIT, 4, 0, 1), ("dots", "mask"))
    more = replace(network, nodes=(*network.nodes[:1], dots, nearest, *network.nodes[1:]))
    assert [node.name for node in collapse(more).nodes] == [node.name for node in collapse(network).nodes]
