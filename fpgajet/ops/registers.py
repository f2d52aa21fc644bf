"""Constants that lie in registers: which there are, and the same network with other values in them.

A register holds any bits of its width, so everything derived from a network (widths, circuits, C++) must hold for
all of them. The values in a :class:`Network` are those that the registers start with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.arithmetic import A
from fpgajet.ops.dense import Dense
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from fpgajet.ops.rewritable_dense import RewritableDense


@dataclass(frozen=True, eq=False)
class Register:
    """A tensor whose elements lie in registers.

    Attributes:
        node, tensor: where it belongs to. values: what it starts with, and its type.
        first: address of its first element; the others follow in C order.
    """

    node: str
    tensor: str
    values: Tensor
    first: int

    @property
    def count(self) -> int:
        """How many registers it takes."""
        return int(self.values.values.raw.size)

    @property
    def bits(self) -> int:
        """Width of each."""
        return self.values.type.bits

    def names(self) -> list[str]:
        """Names of the elements, in the order of their addresses: ``score.weight[0,3]``."""
        places = np.ndindex(self.values.values.raw.shape)
        return [f"{self.node}.{self.tensor}[{','.join(map(str, place))}]" for place in places]


def registers_of(network: Network) -> tuple[Register, ...]:
    """All registers of a network, in the order of their addresses."""
    found: list[Register] = []
    for node in network.nodes:
        for name, role in node.operator.tensors.items():
            if role.rewritable:
                first = found[-1].first + found[-1].count if found else 0
                found.append(Register(node.name, name, node.tensors[name], first))
    return tuple(found)


def register_types(network: Network) -> list[FixedType]:
    """Type of each register, by address."""
    return [register.values.type for register in registers_of(network) for _ in range(register.count)]


def register_values(network: Network) -> NDArray[np.int64]:
    """Raw values [registers] that they start with."""
    parts = [register.values.values.raw.ravel() for register in registers_of(network)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def with_values(network: Network, raw: NDArray[np.int64]) -> Network:
    """The same network with other raw values [registers] in its registers.

    Raises:
        ValueError: another number of values, or one outside its type.
    """
    registers = registers_of(network)
    count = sum(register.count for register in registers)
    if np.shape(raw) != (count,):
        raise ValueError(f"there are {count} registers, not {np.shape(raw)}")
    written = {
        (register.node, register.tensor): np.asarray(
            raw[register.first : register.first + register.count]
        ).reshape(register.values.values.raw.shape)
        for register in registers
    }

    def changed(node: Node) -> Node:
        tensors = {
            name: Tensor(FixedArray.of_type(written[node.name, name], tensor.type), tensor.type)
            if (node.name, name) in written
            else tensor
            for name, tensor in node.tensors.items()
        }
        return replace(node, tensors=tensors)

    return replace(network, nodes=tuple(changed(node) for node in network.nodes))


def with_register_inputs(network: Network, raw: NDArray[np.int64]) -> NDArray[np.int64]:
    """Raw inputs [jets, ...] as rows [jets, inputs + registers], every jet with what the registers start with."""
    rows = raw.reshape(len(raw), -1)
    values = register_values(network)
    return np.concatenate([rows, np.broadcast_to(values, (len(rows), len(values)))], axis=1)


def constants(
    network: Network, exactly: Callable[[Tensor], A], variable: Callable[[Register], A]
) -> Callable[[Tensor], A]:
    """What :meth:`Network.evaluate` asks for constants, where registers are variables."""
    held = {id(register.values): variable(register) for register in registers_of(network)}
    return lambda tensor: held[id(tensor)] if id(tensor) in held else exactly(tensor)


def rewritable(network: Network, names: tuple[str, ...]) -> Network:
    """The network with these layers' weights in registers, of the same types; their sign bit may be alone.

    Args:
        names: of nodes that are ``Dense`` on one vector.

    Raises:
        ValueError: one is not.
    """

    def changed(node: Node) -> Node:
        if node.name not in names:
            return node
        operator = node.operator
        if type(operator) is not Dense:
            raise ValueError(
                f"{node.name} is {operator.op_type}, and only the weights of Dense can be registers"
            )
        fields: dict[str, Any] = {f: getattr(operator, f) for f in ("output", "width", "relu")}
        tensors = {name: Tensor(t.values, _any_bits(t.type)) for name, t in node.tensors.items()}
        return replace(node, operator=RewritableDense(**fields), tensors=tensors)

    return replace(network, nodes=tuple(changed(node) for node in network.nodes))


def _any_bits(kind: FixedType) -> FixedType:
    """The type whose values are all patterns of bits: a symmetric one leaves the lowest out."""
    return replace(kind, overflow=Overflow.SAT) if kind.overflow is Overflow.SAT_SYM else kind
