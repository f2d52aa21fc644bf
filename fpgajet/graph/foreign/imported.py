"""What an import gives, and what it knows of a tensor of the file: real numbers over integers of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.graph.foreign.graph import ForeignNode
from fpgajet.ops.network import Network

#: Fractions, one per feature.
Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Origin:
    """How a stage belongs to a tensor of the file: tensor = unit * stage + offset.

    Attributes:
        tensor: name in the file. unit, offset: float64 [features]. index: of the tensor's shape, the batch axis
            included with length 1: for every element its place in the stage, in C order.
    """

    tensor: str
    unit: NDArray[np.float64]
    offset: NDArray[np.float64]
    index: NDArray[np.int64]

    def plain(self) -> bool:
        """Whether the stage holds the numbers of the tensor as they are, perhaps in another order."""
        return bool((self.unit == 1).all() and (self.offset == 0).all())

    def of_file(self, values: NDArray[Any], shape: tuple[int, ...], fraction: int) -> NDArray[np.float64]:
        """Values of the tensor [events, ...] as values of the stage [events, *shape].

        Args:
            fraction: fraction bits of the stage, to whose grid values are rounded unless they are the stage's own.
        """
        flat = np.empty((len(values), self.index.size))
        flat[:, self.index.ravel()] = np.asarray(values, np.float64).reshape(len(values), -1)
        found = flat.reshape(len(values), *shape)
        if self.plain():
            return found
        return np.asarray(np.rint((found - self.offset) / self.unit * 2.0**fraction) * 2.0**-fraction)

    def to_file(self, stage: NDArray[Any]) -> NDArray[np.float64]:
        """Values of the stage [events, ...] as values of the tensor, in its order, [events, ...]."""
        values = (np.asarray(stage, np.float64) * self.unit + self.offset).reshape(len(stage), -1)
        return values[:, self.index.ravel()].reshape(len(stage), *self.index.shape[1:])


@dataclass(frozen=True)
class Imported:
    """A network made of a foreign graph.

    Attributes:
        output: name of the tensor of the file that the network computes.
        notes: sentences about what is not as in the file: a rounded constant, an assumed input, a last Softmax.
        origins: by stage of the network, the input included, what it is in the file; sums inside a layer are nothing.
        input_quantiser: the node that quantises the input; None if the user states a precision.
        order: by element of an event in the file, in C order, its place in the network's input.
        rounded: a constant is rounded, so that the bits are not those of the file.
        carried: float32 holds every number on the way, so that qonnx's execution has defined bits.
        curved: names of the nodes whose results are looked up in tables, which hold what the nodes give in float32.
    """

    network: Network
    output: str
    notes: tuple[str, ...]
    origins: Mapping[str, Origin]
    input_quantiser: ForeignNode | None
    order: NDArray[np.int64]
    rounded: bool = False
    carried: bool = True
    curved: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Affine:
    """act(factor A + offset) for every feature, where A is a stage or a matrix times a stage.

    Attributes:
        stage: of the network. weight: raw integers [G, F], or None.
        factor, offset: per feature, real numbers as fractions. relu: act is max(., 0).
        index: as in :class:`Origin`, places in [..., G].
        name: of the layer, for notes.
    """

    stage: str
    weight: NDArray[np.int64] | None
    factor: Numbers
    offset: Numbers
    index: NDArray[np.int64]
    relu: bool = False
    name: str = ""

    @property
    def features(self) -> int:
        """G."""
        return len(self.factor)

    def scaled(self, factor: Numbers, name: str) -> Affine:
        """Multiplied feature by feature."""
        if self.relu:
            raise ValueError("it multiplies behind a ReLU that no quantiser follows")
        return replace(self, factor=self.factor * factor, offset=self.offset * factor, name=self.name or name)

    def moved(self, offset: Numbers, name: str) -> Affine:
        """Moved feature by feature."""
        if self.relu:
            raise ValueError("it adds behind a ReLU that no quantiser follows")
        return replace(self, offset=self.offset + offset, name=self.name or name)


@dataclass(frozen=True, eq=False)
class Weight:
    """A constant behind a quantiser: integers, and the scale of each, in the shape that the file has."""

    raw: NDArray[np.int64]
    scale: NDArray[np.float64]


def fractions(values: Any) -> Numbers:
    """Numbers as fractions."""
    flat = np.ravel(np.asarray(values, np.float64))
    found = np.empty(len(flat), dtype=object)
    found[:] = [Fraction(float(v)) for v in flat]
    return found


def spread(values: Numbers, count: int) -> Numbers:
    """One fraction per feature, from as many or from one for all."""
    return np.repeat(values, count) if len(values) == 1 else values


def exponent_of(value: Fraction) -> int | None:
    """e where |value| is 2**e, else None."""
    top, bottom = abs(value.numerator), value.denominator
    if not top or top & (top - 1) or bottom & (bottom - 1):
        return None
    return top.bit_length() - bottom.bit_length()
