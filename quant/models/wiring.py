"""How a quantised model is wired from the hardware operators, whatever its family. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, from_real
from fpgajet.ops.forms import MOMENTA, InputForm
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from fpgajet.ops.operator import Shape


@dataclass(frozen=True)
class Wiring:
    """Operators without their constants, and where those come from.

    Attributes:
        input_name, input_shape, input_type: of the network's input.
        nodes: in the order of computation, the last gives the score.
        constants: by node, the name of its tensor -> the name of the parameter or table behind it.
        types: by parameter or table, the type that it is quantised to.
        tables: real values of what is not trained, by name.
        form: how four-momenta become the input.
    """

    input_name: str
    input_shape: Shape
    input_type: FixedType
    nodes: tuple[Node, ...]
    constants: Mapping[str, Mapping[str, str]]
    types: Mapping[str, FixedType]
    tables: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    form: InputForm = MOMENTA


def full_scale(precision: FixedType) -> float:
    """The power of two just above a type's largest value: the unit of the parameters behind it."""
    return float(2.0 ** (precision.integer - precision.signed))


def with_more_integer_bits(precision: FixedType, bits: int) -> FixedType:
    """The type of the same width whose binary point lies ``bits`` further to the right.

    Raises:
        ValueError: such a type does not exist.
    """
    return replace(precision, fraction=precision.fraction - bits)


def assemble(name: str, wiring: Wiring, real: Callable[[str], NDArray[Any]]) -> Network:
    """The network with its quantised constants.

    Args:
        name: of the network.
        wiring: its operators.
        real: real values of a parameter, or of the table over n that it stands for, before quantisation.
    """
    nodes = []
    for node in wiring.nodes:
        constants = {}
        for tensor, parameter in wiring.constants.get(node.name, {}).items():
            precision = wiring.types[parameter]
            values = wiring.tables[parameter] if parameter in wiring.tables else real(parameter)
            raw = from_real(values, precision)
            constants[tensor] = Tensor(FixedArray.of_type(raw, precision), precision)
        nodes.append(Node(node.name, node.operator, node.inputs, constants))
    shape, precision = wiring.input_shape, wiring.input_type
    return Network(name, wiring.input_name, shape, precision, tuple(nodes), wiring.form)
