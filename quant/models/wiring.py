"""How a quantised nanoPELICAN is wired from the hardware operators. No torch here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from fpgajet.fixed import FixedType, from_real
from fpgajet.ops import ConstituentMask, DotProducts, LinEq2to0, LinEq2to2
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from quant.models.config import Architecture, Exponents, Types

#: Constants of a node: name of its tensor -> name of the parameter behind it.
CONSTANTS: dict[str, dict[str, str]] = {
    "pairs": {"weight": "weight", "bias": "bias", "diagonal_bias": "diagonal_bias"},
    "score": {"weight": "score_weight", "bias": "score_bias"},
}


def type_of(types: Types, parameter: str) -> FixedType:
    """The type that a parameter is quantised to; both biases of the hidden layer share one."""
    kind: FixedType = getattr(types, "bias" if parameter == "diagonal_bias" else parameter)
    return kind


def full_scale(kind: FixedType) -> float:
    """The power of two just above a type's largest value: the unit of the parameters behind it."""
    return float(2.0 ** (kind.integer - kind.signed))


def operators(architecture: Architecture, types: Types, exponents: Exponents) -> tuple[Node, ...]:
    """The network's operators, without their constants."""
    n, beams, m = architecture.constituents, architecture.beams, architecture.slots
    c, t, e = architecture.hidden, types, exponents
    mix = LinEq2to2(
        output=t.activation, row_sum=t.row_sum, total=t.total, slots=m, hidden=c,
        row_exponent=e.row, total_exponent=e.total,
    )  # fmt: skip
    score = LinEq2to0(output=t.score, slots=m, hidden=c, sum_exponent=e.sum, trace_exponent=e.trace)
    return (
        Node("mask", ConstituentMask(output=BIT, constituents=n, beams=beams), ("momenta",)),
        Node("dots", DotProducts(output=t.dots, constituents=n, beams=beams), ("momenta",)),
        Node("pairs", mix, ("dots", "mask")),
        Node("score", score, ("pairs", "mask")),
    )


def assemble(
    name: str,
    architecture: Architecture,
    types: Types,
    exponents: Exponents,
    real: Callable[[str], NDArray[Any]],
) -> Network:
    """The network with its quantised constants.

    Args:
        name: of the network.
        architecture, types, exponents: see :mod:`quant.models.config`.
        real: real values of a parameter, or of the table over n that it stands for, before quantisation.
    """
    nodes = []
    for node in operators(architecture, types, exponents):
        constants = {}
        for tensor, parameter in CONSTANTS.get(node.name, {}).items():
            kind = type_of(types, parameter)
            raw = from_real(real(parameter), kind)
            constants[tensor] = Tensor(FixedArray.of_type(raw, kind), kind)
        nodes.append(Node(node.name, node.operator, node.inputs, constants))
    shape = (architecture.constituents, 4)
    return Network(name, "momenta", shape, types.momenta, tuple(nodes))
