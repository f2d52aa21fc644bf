"""What is estimated: blocks of arithmetic units, wired to each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.network import Network, Node
from fpgajet.ops.operator import Shape
from fpgajet.ops.rescale import Rescale
from fpgajet.ops.roles import Axes, Axis
from fpgajet.ops.signed_digits import mean_digits


@dataclass(frozen=True)
class Block:
    """One operator or layer.

    Attributes:
        inputs: names of the blocks (or of the network's input) that it reads.
        output_bits: bits of its result, which a pipeline has to carry on.
        digits: mean number of non-zero signed digits of its constant weights, for products that do not know
            their own; None if they are unknown.
    """

    name: str
    op_type: str
    inputs: tuple[str, ...]
    inventory: Inventory
    output_bits: int
    digits: float | None = None


def blocks_of(network: Network) -> tuple[Block, ...]:
    """The blocks of a network, with the worst-case widths of its intermediates."""
    shapes, axes, types, widths = network.shapes(), network.axes(), network.types(), network.widths()
    blocks, mirrored, zeros = [], dict.fromkeys(shapes, False), dict[str, FixedArray]()
    for node in network.nodes:
        known = {f"input{k}": types[name] for k, name in enumerate(node.inputs)}
        known |= {name: tensor.type for name, tensor in node.tensors.items()}
        constants = {name: tensor.values for name, tensor in node.tensors.items()}
        constants |= {f"input{k}_zeros": zeros[n] for k, n in enumerate(node.inputs) if n in zeros}
        if isinstance(node.operator, Rescale) and (whole := node.operator.zeros(constants)) is not None:
            zeros[node.name] = whole
        inputs = [shapes[n] for n in node.inputs]
        inventory = node.operator.inventory_of(inputs, known | widths[node.name], constants)
        if node.operator.skips_diagonal and (slots := _slots_of_pairs(node, shapes, axes)) > 1:
            inventory = _scaled(inventory, Fraction(slots - 1, slots))
        given = [mirrored[name] for name in node.inputs]
        mirrored[node.name] = node.operator.mirrored(given)
        if mirrored[node.name] and not node.operator.mirrored([False] * len(given)):
            inventory = _scaled(inventory, Fraction(1, 2))  # (i, j) and (j, i) are the same
        if node.operator.skips_unread_diagonal and not _diagonal_is_read(network, node.name):
            inventory = _without_diagonal(inventory, shapes[node.name][0])
        weight = node.tensors.get("weight")
        bits = node.operator.output.bits
        for length in shapes[node.name]:
            bits *= length
        digits = None if weight is None else mean_digits(weight.values.raw.ravel().tolist())
        blocks.append(Block(node.name, node.operator.op_type, node.inputs, inventory, bits, digits))
    return tuple(blocks)


def _slots_of_pairs(node: Node, shapes: Mapping[str, Shape], axes: Mapping[str, Axes]) -> int:
    """M of the pairs [M, M] that a node reads or gives; 0 if there are none."""
    for stage in (*node.inputs, node.name):
        if Axis.PAIR in axes[stage]:
            return shapes[stage][axes[stage].index(Axis.PAIR)]
    return 0


def _scaled(inventory: Inventory, part: Fraction) -> Inventory:
    """The part of the units that is built: of what is shared, once nothing is shared; of what is not, always."""
    shared = inventory.shared
    if shared is not None:
        return replace(inventory, shared=replace(shared, distinct=shared.distinct * float(part)))
    fewer: dict[str, Any] = {
        name: [replace(unit, count=math.ceil(unit.count * part)) for unit in units]
        for name, units in vars(inventory).items()
        if isinstance(units, list)
    }
    return replace(inventory, **fewer)


def _diagonal_is_read(network: Network, name: str) -> bool:
    users = [node.operator for node in network.nodes if name in node.inputs]
    return not users or any(operator.reads_diagonal for operator in users)


def _without_diagonal(inventory: Inventory, slots: int) -> Inventory:
    """Units of the products of i <= j, unrolled, where those of i = j go nowhere."""
    shared = inventory.shared
    if shared is None or slots < 2:
        return inventory
    return replace(inventory, shared=replace(shared, distinct=(slots - 1) / (slots + 1)))
