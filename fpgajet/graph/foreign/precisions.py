"""Fixed-point types of what a foreign graph says, for hardware that is exact."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, real
from fpgajet.graph.foreign.imported import Numbers, exponent_of, fractions, spread
from fpgajet.graph.foreign.steps import Quantiser
from fpgajet.ops.exactness import CARRIED_BITS


@dataclass(frozen=True, eq=False)
class Grid:
    """What a quantiser of the file gives: unit * raw * 2**-fraction + offset.

    Attributes:
        quantiser: which integers come out. scale: real numbers per feature, or one.
        step: what is divided by before rounding, per feature or one. shift: added after that.
        unit, offset: per feature or one; a power of two is in ``fraction`` instead.
        signed, bits, narrow: of the integers.
    """

    quantiser: Quantiser
    step: Numbers
    shift: Fraction
    unit: Numbers
    offset: Numbers
    fraction: int
    signed: bool
    bits: int
    narrow: bool

    def type(self, rounding: Rounding) -> FixedType:
        """The type of the integers, rounded like this."""
        overflow = Overflow.SAT_SYM if self.narrow else Overflow.SAT
        return FixedType(self.signed, self.bits, self.fraction, rounding, overflow)

    @property
    def rounding(self) -> Rounding | None:
        """The rounding that does the same, if there is one."""
        if self.quantiser.mode == "ROUND" and self.quantiser.zero % 2:
            return None
        return {"ROUND": Rounding.HALF_EVEN, "FLOOR": Rounding.FLOOR}.get(self.quantiser.mode)


def grid_of(node: ForeignNode, graph: ForeignGraph, features: NDArray[np.int64] | None, count: int) -> Grid:
    """The grid of a ``Quant`` or ``BipolarQuant``.

    Args:
        features: of the shape of the node's input: which feature every element is; None: one scale only.
        count: number of features.

    Raises:
        ValueError: scales that differ within a feature, or a mode that means something else in hardware.
    """
    scale = scales_of(real(graph.tensors[node.inputs[1]].value), features, count)
    if node.op_type == "BipolarQuant":
        return Grid(Quantiser(0, 1, "FLOOR"), scale, Fraction(1), scale * 2, -scale, 0, False, 1, False)
    signed, narrow = node.integer("signed", 1), node.integer("narrow", 0)
    width, mode = int(np.ravel(graph.tensors[node.inputs[3]].value)[0]), node.text("rounding_mode", "ROUND")
    if signed and width == 1:
        raise ValueError("it has one signed bit, +1 or -1, which no fixed-point type holds")
    if narrow and not signed:
        raise ValueError("it is narrow without a sign")
    if "lowest" in node.attributes:
        return _with_zero_point(node.integer("lowest", 0), node.integer("highest", 0), scale, mode)
    highest = 2 ** (width - signed) - 1
    lowest = (-highest if narrow else -highest - 1) if signed else 0
    exponents = {exponent_of(s) for s in scale}
    fraction = 0
    unit = scale
    if len(exponents) == 1 and None not in exponents:
        fraction = -int(exponents.pop() or 0)
        unit = fractions(np.ones(len(scale)))
    offset = fractions(np.zeros(len(scale)))
    quantiser = Quantiser(lowest, highest, mode)
    return Grid(quantiser, scale, Fraction(0), unit, offset, fraction, bool(signed), width, bool(narrow))


def _with_zero_point(lowest: int, highest: int, scale: Numbers, mode: str) -> Grid:
    """Integers between two ends as unsigned ones, which begin at 0."""
    count = highest - lowest + 1
    if count < 2 or count & (count - 1):
        raise ValueError(
            f"it gives the integers from {lowest} to {highest}, which no number of bits holds exactly"
        )
    quantiser = Quantiser(0, count - 1, mode, -lowest)
    return Grid(
        quantiser, scale, Fraction(-lowest), scale, scale * lowest, 0, False, count.bit_length() - 1, False
    )


def annotated_type(name: str) -> tuple[FixedType, int, int] | None:
    """The type that a QONNX data type stands for, with unit and offset of its values; None for any other."""
    if name in ("BIPOLAR", "BINARY"):
        kind = FixedType(False, 1, 0, Rounding.HALF_EVEN, Overflow.SAT)
        return (kind, 2, -1) if name == "BIPOLAR" else (kind, 1, 0)
    found = re.fullmatch(r"(U?)INT(\d{1,2})", name)
    if found is None or not 2 <= int(found[2]) <= CARRIED_BITS:
        return None
    return FixedType(not found[1], int(found[2]), 0, Rounding.HALF_EVEN, Overflow.SAT), 1, 0


def scales_of(values: NDArray[np.float64], features: NDArray[np.int64] | None, count: int) -> Numbers:
    """A constant that is broadcast against a tensor, as one number per feature.

    Raises:
        ValueError: it differs within a feature.
    """
    if values.size == 1:
        return spread(fractions(values), count)
    if features is None:
        raise ValueError("it has a scale for every channel; only one per tensor is supported here")
    try:
        filled = np.broadcast_to(values, features.shape)
    except ValueError as error:
        raise ValueError("a constant makes its result larger") from error
    found = np.zeros(count)
    found[features.ravel()] = filled.ravel()
    if (found[features] != filled).any():
        raise ValueError("a constant differs between constituents")
    return fractions(found)


def joined(one: FixedType, other: FixedType) -> FixedType:
    """The type that holds every value of two."""
    fraction, signed = max(one.fraction, other.fraction), one.signed or other.signed
    integer = max(t.integer + (signed and not t.signed) for t in (one, other))
    return FixedType(signed, integer + fraction, fraction, Rounding.FLOOR, Overflow.SAT)


def holding(ends: list[tuple[int, int]], fraction: int) -> FixedType:
    """The type that holds every integer between ends, with ``fraction`` fraction bits."""
    lowest, highest = min(low for low, _ in ends), max(high for _, high in ends)
    return replace(FixedType.holding(min(lowest, -1), highest, fraction), overflow=Overflow.SAT)


def ends_of_sums(weights: NDArray[np.int64], given: FixedType) -> list[tuple[int, int]]:
    """Lowest and highest raw value of every row of W x."""
    up, down = np.maximum(weights, 0).sum(1), np.minimum(weights, 0).sum(1)
    lows = up * given.lowest + down * given.highest
    highs = up * given.highest + down * given.lowest
    return [(int(low), int(high)) for low, high in zip(lows, highs, strict=True)]
