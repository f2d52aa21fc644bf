"""Where the binary point of every quantiser of a nanoPELICAN is, relative to the range it must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from quant.models.npelican.types import Exponents

#: the quantisers whose binary point a search moves
MOVED = (
    "dots", "row_sum", "total", "bias", "activation", "score_bias", "score", "weight", "score_weight",
)  # fmt: skip


@dataclass(frozen=True)
class BinaryPoints:
    """Exponents, factors of the channels, and offsets from the binary points that hold the observed ranges.

    ReLU is homogeneous, so a channel may be multiplied by any factor before it and divided by it afterwards;
    the factors decide how well the channels share one activation type and one weight type.

    Attributes:
        exponents: of the normalisers.
        factors: one per channel.
        offsets: integer bits by type name, to be added to those that hold the observed range.
        tables: whether there are tables of angles whose binary point is to be placed.
        terms: whether terms of rows are rounded, which have a binary point too.
    """

    exponents: Exponents
    factors: tuple[float, ...]
    offsets: dict[str, int] = field(default_factory=dict)
    tables: bool = False
    terms: bool = False

    def neighbours(self) -> Iterator[BinaryPoints]:
        """All binary points that differ by one step."""
        for key in (*MOVED, *(["table"] if self.tables else []), *(["term"] if self.terms else [])):
            for step in (-1, 1):
                yield replace(self, offsets=self.offsets | {key: self.offsets.get(key, 0) + step})
        for key, value in vars(self.exponents).items():
            for step in (-1, 1):
                if value + step >= 0:
                    yield replace(self, exponents=replace(self.exponents, **{key: value + step}))
        for channel in range(len(self.factors)):
            for factor in (0.5, 2**-0.5, 2**0.5, 2.0):
                yield self.stretched([factor if c == channel else 1.0 for c in range(len(self.factors))])

    def stretched(self, steps: Iterable[float]) -> BinaryPoints:
        """The same with the channels' factors multiplied by ``steps``."""
        return replace(self, factors=tuple(f * float(s) for f, s in zip(self.factors, steps, strict=True)))
