"""One node of the scalar graph: an integer, what it is computed from, and its range."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from fpgajet.fixed import FixedType


class Op(StrEnum):
    """What a node computes from its arguments."""

    INPUT = "input"
    CONSTANT = "constant"
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    SHIFT = "shift"
    QUANTISE = "quantise"
    RELU = "relu"
    ABS = "abs"
    NONZERO = "nonzero"
    GATE = "gate"
    LESS = "less"
    SELECT = "select"
    LOOKUP = "lookup"
    CLIP = "clip"


class Scalar(NamedTuple):
    """One node.

    Attributes:
        op: the operation.
        arguments: numbers of the nodes that it reads.
        number: INPUT: index of the input; CONSTANT: the value; SHIFT: bits to the left; QUANTISE: fraction bits
            of the argument; LOOKUP: index of the table; otherwise 0.
        precision: the type that QUANTISE puts the value into, or whose range CLIP keeps.
        lowest, highest: range of the result, by interval arithmetic.
    """

    op: Op
    arguments: tuple[int, ...]
    number: int
    precision: FixedType | None
    lowest: int
    highest: int
