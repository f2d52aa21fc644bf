"""What a layer knows of a tensor: its precision, its scale, its maker, its value if it is constant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.graph.foreign import ForeignGraph, ForeignNode
from fpgajet.ops.inventory import Inventory

#: Scales come as float32, so two that differ by less are the same.
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Signal:
    """One tensor of one event.

    A value is a raw integer times 2**-``precision.fraction`` times ``scale``. A scale that is no power of two is
    carried along, because products with constants commute with it, until a layer needs the values themselves.

    Attributes:
        shape: the batch axis, of length 1, included.
        precision: fixed-point type of the raw integers.
        exact: whether the file states the precision, or it follows from others that it states; otherwise it is the
            default precision.
        scale: float64 without axes, or of the tensor's shape; 1 where there is none.
        made_by: the blocks that compute it.
        constant: its real values, if it is a constant.
        arriving: it is the model's input, not yet on any grid.
    """

    shape: tuple[int, ...]
    precision: FixedType
    exact: bool
    scale: NDArray[np.float64]
    made_by: tuple[str, ...] = ()
    constant: NDArray[Any] | None = None
    arriving: bool = False

    @property
    def size(self) -> int:
        """Number of values of one event."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def scaled(self) -> bool:
        """Whether a scale that is no power of two is pending."""
        return not is_power_of_two(self.scale)

    def known(self) -> NDArray[np.float64]:
        """The values of a constant.

        Raises:
            ValueError: the input decides them.
        """
        if self.constant is None:
            raise ValueError(
                "it takes a tensor that is computed from the input where only a constant is supported"
            )
        return np.asarray(self.constant, dtype=np.float64)


ONE = np.ones(())


@dataclass(frozen=True)
class Call:
    """One node of a graph with the signals that it reads.

    Attributes:
        inputs: in order; None for one that is left out.
        default: precision of everything that the file leaves open.
    """

    graph: ForeignGraph
    node: ForeignNode
    inputs: list[Signal | None]
    default: FixedType

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first output."""
        return self.graph.tensors[self.node.outputs[0]].shape

    @property
    def given(self) -> list[Signal]:
        """The inputs that are there."""
        return [x for x in self.inputs if x is not None]

    @property
    def data(self) -> list[Signal]:
        """Those that the model's input decides."""
        return [x for x in self.given if x.constant is None]

    def input(self, k: int) -> Signal | None:
        """An optional input."""
        return self.inputs[k] if k < len(self.inputs) else None

    def required(self, k: int) -> Signal:
        """An input that must be there."""
        found = self.input(k)
        if found is None:
            raise ValueError(f"its input {k + 1} is missing")
        return found

    def result(
        self, precision: FixedType | None, scale: NDArray[np.float64] = ONE, exact: bool = True
    ) -> Signal:
        """The output; None is the default precision."""
        makers = tuple(dict.fromkeys(name for x in self.given for name in x.made_by))
        return Signal(self.shape, precision or self.default, exact and precision is not None, scale, makers)


#: One node to its units (None where it is only wires) and its outputs.
Layer = Any


def is_power_of_two(values: Any) -> bool:
    """Whether all values are powers of two."""
    mantissa, _ = np.frexp(np.asarray(values, np.float64))
    return bool(((np.abs(mantissa - 0.5) < _SAME) | (np.abs(mantissa - 1.0) < _SAME)).all())


def same_scale(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two scales are the same."""
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=_SAME, atol=0.0))


def normalised(precision: FixedType, scale: Any) -> tuple[FixedType, NDArray[np.float64]]:
    """The same grid with the power of two of its scale moved into the binary point."""
    values = np.asarray(scale, np.float64)
    if values.size and np.allclose(values, values.flat[0], rtol=_SAME, atol=0.0):
        values = values.reshape(-1)[0].reshape(())
    exponent = int(np.floor(np.log2(values.max()) + _SAME))
    values = values / 2.0**exponent
    if values.ndim == 0 and is_power_of_two(values):
        values = ONE
    return replace(precision, fraction=precision.fraction - exponent), values


def union(types: Sequence[FixedType], more: int = 0) -> FixedType:
    """The narrowest type that holds every value of several, with ``more`` bits above."""
    signed = any(t.signed for t in types) or more > 0
    fraction = max(t.fraction for t in types)
    integer = max(t.integer + (signed and not t.signed) for t in types) + more
    return FixedType(signed, min(max(integer + fraction, 1 + signed), EXACT_BITS), fraction)


def wider(precision: FixedType, bits: int) -> FixedType:
    """``bits`` more integer bits, signed, exact."""
    width = precision.bits + (not precision.signed) + bits
    return FixedType(True, min(max(width, 2), EXACT_BITS), precision.fraction)


def merged(first: Inventory, then: Inventory) -> Inventory:
    """Units of two steps, one after the other."""
    whole = Inventory()
    for units in (first, then):
        for name, value in vars(units).items():
            if value is not None and name != "folded":
                setattr(whole, name, getattr(whole, name) + value)
    return whole
