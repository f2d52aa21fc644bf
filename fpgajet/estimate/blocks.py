"""What is estimated: blocks of arithmetic units, wired to each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fpgajet.ops.dot_products import DotProducts
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.network import Network
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
    shapes, types, widths = network.shapes(), network.types(), network.widths()
    blocks, mirrored = [], dict.fromkeys(shapes, False)
    for node in network.nodes:
        known = {f"input{k}": types[name] for k, name in enumerate(node.inputs)}
        known |= {name: tensor.type for name, tensor in node.tensors.items()}
        constants = {name: tensor.values for name, tensor in node.tensors.items()}
        inputs = [shapes[n] for n in node.inputs]
        inventory = node.operator.inventory_of(inputs, known | widths[node.name], constants)
        given = [mirrored[name] for name in node.inputs]
        mirrored[node.name] = node.operator.mirrored(given)
        if mirrored[node.name] and not node.operator.mirrored([False] * len(given)):
            inventory = _once_a_pair(inventory)
        if isinstance(node.operator, DotProducts) and not _diagonal_is_read(network, node.name):
            inventory = _without_diagonal(inventory, shapes[node.name][0])
        weight = node.tensors.get("weight")
        bits = node.operator.output.bits
        for length in shapes[node.name]:
            bits *= length
        digits = None if weight is None else mean_digits(weight.values.raw.ravel().tolist())
        blocks.append(Block(node.name, node.operator.op_type, node.inputs, inventory, bits, digits))
    return tuple(blocks)


def _once_a_pair(inventory: Inventory) -> Inventory:
    """Units where (i, j) and (j, i) are the same: of what folds, once nothing is folded; of what does not, always."""
    folded = inventory.folded
    if folded is not None:
        return replace(inventory, folded=replace(folded, distinct=folded.distinct / 2))
    halved: dict[str, Any] = {
        name: [replace(unit, count=-(-unit.count // 2)) for unit in units]
        for name, units in vars(inventory).items()
        if isinstance(units, list)
    }
    return replace(inventory, **halved)


def _diagonal_is_read(network: Network, name: str) -> bool:
    users = [node.operator for node in network.nodes if name in node.inputs]
    return not users or any(operator.reads_diagonal for operator in users)


def _without_diagonal(inventory: Inventory, slots: int) -> Inventory:
    """Units of the products of i <= j, unrolled, where those of i = j go nowhere."""
    folded = inventory.folded
    if folded is None or slots < 2:
        return inventory
    return replace(inventory, folded=replace(folded, distinct=(slots - 1) / (slots + 1)))
