"""What is estimated: blocks of arithmetic units, wired to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fpgajet.ops.inventory import Inventory
from fpgajet.ops.network import Network


@dataclass(frozen=True)
class Block:
    """One operator or layer.

    Attributes:
        inputs: names of the blocks (or of the network's input) that it reads.
        output_bits: bits of its result, which a pipeline has to carry on.
        digits: mean number of non-zero signed digits of its constant weights; None if they are unknown.
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
    blocks = []
    for node in network.nodes:
        known = {f"input{k}": types[name] for k, name in enumerate(node.inputs)}
        known |= {name: tensor.type for name, tensor in node.tensors.items()}
        inventory = node.operator.inventory([shapes[n] for n in node.inputs], known | widths[node.name])
        weight = node.tensors.get("weight")
        bits = node.operator.output.bits
        for length in shapes[node.name]:
            bits *= length
        digits = None if weight is None else mean_digits(weight.values.raw.ravel().tolist())
        blocks.append(Block(node.name, node.operator.op_type, node.inputs, inventory, bits, digits))
    return tuple(blocks)


def signed_digits(value: int) -> int:
    """Non-zero digits of an integer in canonical signed-digit form, the fewest there can be.

    Source: 3v xor v has a one for every such digit of v (Prodinger, "On binary representations of integers
    with digits -1, 0, 1", 2000).
    """
    value = abs(value)
    return ((3 * value) ^ value).bit_count()


def mean_digits(weights: Iterable[int]) -> float:
    """Mean number of signed digits of raw weights; 0 for none."""
    counts = [signed_digits(int(weight)) for weight in weights]
    return sum(counts) / len(counts) if counts else 0.0
