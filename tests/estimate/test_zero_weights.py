"""Weights of zero make firmware smaller, and the estimate sees it: each weight costs its own adders or nothing."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.ops import LinEq2to0N, LinEq2to2, LinEq2to2N
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Weights
from fpgajet.ops.network import Network, Tensor
from fpgajet.ops.signed_digits import mean_digits
from tests.networks import random_network

DEVICE = part("xcvu9p")


def lut(network: Network) -> float:
    return estimate(network, DEVICE, 360.0).total.lut.value


def raw(network: Network, node: str) -> NDArray[np.int64]:
    return next(n for n in network.nodes if n.name == node).tensors["weight"].values.raw


def with_weights(network: Network, node: str, values: NDArray[np.int64]) -> Network:
    """The network with other raw weights of one node."""
    nodes = []
    for found in network.nodes:
        if found.name == node:
            kind = found.tensors["weight"].type
            tensor = Tensor(FixedArray.of_type(values, kind), kind)
            found = replace(found, tensors={**found.tensors, "weight": tensor})  # noqa: PLW2901
        nodes.append(found)
    return replace(network, nodes=tuple(nodes))


@pytest.mark.parametrize("node", ["pairs", "score"])
def test_every_zero_makes_it_smaller_or_leaves_it(node: str) -> None:
    network = random_network(8, 3)
    values = np.where(raw(network, node) == 0, 3, raw(network, node))
    rng = np.random.default_rng(0)
    sizes = [lut(with_weights(network, node, values))]
    for place in rng.permutation(values.size):
        values = values.copy()
        values.ravel()[place] = 0
        sizes.append(lut(with_weights(network, node, values)))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.95 * sizes[0]


def test_products_cost_the_digits_of_their_own_weights() -> None:
    network = random_network(8, 2)
    plain = np.ones_like(raw(network, "pairs"))
    of_d, of_total = plain.copy(), plain.copy()
    of_d[:, 0], of_total[:, 4] = 11, 11  # three signed digits
    one = lut(with_weights(network, "pairs", plain))
    more = lut(with_weights(network, "pairs", of_d)) - one
    assert more > 0.15 * one, "a product of every pair"
    assert 0 < lut(with_weights(network, "pairs", of_total)) - one < more / 3, "a product of the jet"


def test_unknown_weights_are_counted_as_if_none_were_zero() -> None:
    weights = np.array([[3, 0], [5, 7]])
    assert Weights.unknown(2, 2).products([0, 1], 4, 8, 6).count == 16
    known = Weights.known(weights).products([0, 1], 4, 8, 6)
    assert (known.count, known.digits) == (12, mean_digits([3, 5, 7]))
    table = Weights.known(np.stack([weights, np.zeros_like(weights)]))
    assert table.raw is None
    assert table.products([0, 1], 4, 8, 6).count == 12


@pytest.mark.parametrize("first", [LinEq2to2, LinEq2to2N])
def test_weights_over_n_are_left_out_where_they_are_zero_for_every_n(first: type[LinEq2to2]) -> None:
    network = random_network(4, 2)
    mix = next(n for n in network.nodes if n.name == "pairs")
    operator = first(**{f.name: getattr(mix.operator, f.name) for f in fields(mix.operator)})
    widths = {f"input{k}": network.types()[name] for k, name in enumerate(mix.inputs)}
    widths |= {name: tensor.type for name, tensor in mix.tensors.items()} | network.widths()["pairs"]
    weight = np.ones((5, 2, 6), np.int64) if first is LinEq2to2N else np.ones((2, 6), np.int64)
    tensors = {name: tensor.values for name, tensor in mix.tensors.items()}

    def counted(values: NDArray[np.int64]) -> Inventory:
        constants = tensors | {"weight": FixedArray.of_type(values, mix.tensors["weight"].type)}
        return operator.inventory_of([(4, 4), (4,)], widths, constants)

    fewer = weight.copy()
    fewer[..., 1, 1:4] = 0
    whole, less = counted(weight), counted(fewer)
    of_rows = "products" if first is LinEq2to2N else "constant_products"
    assert getattr(whole, of_rows)[-2].count == 3 * 2 * 4
    assert getattr(less, of_rows)[-2].count == 3 * 1 * 4
    assert sum(u.count * u.bits for u in less.adders) < sum(u.count * u.bits for u in whole.adders)


def test_the_last_layer_of_npelican_n_drops_sums_without_weight() -> None:
    network = random_network(4, 2)
    score = next(n for n in network.nodes if n.name == "score")
    operator = LinEq2to0N(**{f.name: getattr(score.operator, f.name) for f in fields(score.operator)})
    widths = {f"input{k}": network.types()[name] for k, name in enumerate(score.inputs)}
    widths |= {name: tensor.type for name, tensor in score.tensors.items()} | network.widths()["score"]
    weight = np.ones((5, 2, 2), np.int64)
    weight[:, 0, 1] = 0
    kind = score.tensors["weight"].type
    units = operator.inventory_of([(4, 4, 2), (4,)], widths, {"weight": FixedArray.of_type(weight, kind)})
    assert [u.count for u in units.products] == [2, 1]
    assert units.tables[-1].count == 3
