"""Networks that differ from a trained one in one thing, for tables of what each thing costs in hardware.

Their scores mean nothing unless said otherwise; their cells and cycles do, since these follow from types, weights
and wiring alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import quant
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from quant.checkpoint import Checkpoint, open_checkpoint
from quant.checkpoint_network import network_of


def zoo_checkpoint(name: str) -> Checkpoint:
    """A zoo entry, or a checkpoint directory."""
    entry = Path(quant.__file__).parent / "zoo" / name
    return open_checkpoint(entry if entry.is_dir() else Path(name))


def zoo_network(name: str) -> Network:
    """The quantised network of a zoo entry, or of a checkpoint directory."""
    return network_of(zoo_checkpoint(name))


def resized(network: Network, constituents: int) -> Network:
    """The same weights and types for another N, with tables over n cut or held at their last entry.

    As large a share of the pairs is left out: ``pairs_below`` grows with N.
    """
    nodes = []
    for node in network.nodes:
        known = node.operator.integer_fields()
        changes: dict[str, Any] = dict.fromkeys({"constituents", "slots"} & set(known), constituents)
        if "pairs_below" in known:
            below: int = node.operator.pairs_below  # type: ignore[attr-defined]
            changes["pairs_below"] = round(below * constituents / network.input_shape[0])
        tensors = {
            name: Tensor(_rows(tensor, constituents + 1), tensor.type) if _over_n(node, name) else tensor
            for name, tensor in node.tensors.items()
        }
        nodes.append(Node(node.name, replace(node.operator, **changes), node.inputs, tensors))
    shape = (constituents, *network.input_shape[1:])
    return replace(network, name=f"n{constituents}", input_shape=shape, nodes=tuple(nodes))


def _over_n(node: Node, tensor: str) -> bool:
    """Whether a tensor is a table over the number of constituents."""
    return tensor == "reciprocal" or (node.operator.op_type.startswith("LinEq") and "bias" in tensor)


def _rows(tensor: Tensor, rows: int) -> FixedArray:
    taken = np.minimum(np.arange(rows), len(tensor.values.raw) - 1)
    return FixedArray(tensor.values.raw[taken], tensor.values.fraction)


def with_pair_weights(network: Network, change: Callable[[NDArray[np.int64]], None]) -> Network:
    """Raw weights [C, 6] of LinEq2to2 changed in place by ``change``."""

    def changed(node: Node) -> Node:
        if node.operator.op_type != "LinEq2to2":
            return node
        weight = node.tensors["weight"]
        raw = weight.values.raw.copy()
        change(raw)
        tensor = Tensor(FixedArray(raw, weight.values.fraction), weight.type)
        operator = node.operator
        if "symmetric" in operator.integer_fields():
            symmetric: dict[str, Any] = {"symmetric": int((raw[:, 2] == raw[:, 3]).all())}
            operator = replace(operator, **symmetric)
        return Node(node.name, operator, node.inputs, {**node.tensors, "weight": tensor})

    return replace(network, nodes=tuple(changed(node) for node in network.nodes))


def make_symmetric(raw: NDArray[np.int64]) -> None:
    """w_2 = w_3: y_ij = y_ji."""
    raw[:, 3] = raw[:, 2]


def make_asymmetric(raw: NDArray[np.int64]) -> None:
    """w_2 and w_3 differ: one step between them, where they were equal."""
    raw[:, 3] += raw[:, 2] == raw[:, 3]


def make_unit(raw: NDArray[np.int64]) -> None:
    """w_0 = +-2^k, the nearest."""
    raw[:, 0] = np.sign(raw[:, 0]) * 2 ** np.rint(np.log2(np.maximum(np.abs(raw[:, 0]), 1))).astype(int)


def with_types(network: Network, change: Callable[[FixedType], FixedType]) -> Network:
    """Every requantiser between input and score changed; those that are nothing but wires stay."""
    nodes = []
    for node in network.nodes:
        precisions = {
            name: change(precision)
            for name, precision in vars(node.operator).items()
            if isinstance(precision, FixedType) and name in ("output", "row_sum", "total")
        }
        bit = node.operator.op_type == "ConstituentMask"
        nodes.append(node if bit else replace(node, operator=replace(node.operator, **precisions)))
    return replace(network, nodes=tuple(nodes))


def rounded(rounding: Rounding) -> Callable[[FixedType], FixedType]:
    """The same type with another rounding."""
    return lambda precision: replace(precision, rounding=rounding)


def wrapped(precision: FixedType) -> FixedType:
    """The same type without saturation."""
    return replace(precision, overflow=Overflow.WRAP)
