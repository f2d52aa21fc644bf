"""What reductions over the real ones of a row have in common: a mean, or the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import CHANNELS, CONSTITUENT_CHANNELS, Axes


@dataclass(frozen=True)
class Masked(Operator):
    """Inputs: ``x`` [..., N, F] and the bits ``e`` [..., N] that say which of the N are real. Output [..., F]."""

    inputs: ClassVar[int] = 2
    homogeneous: ClassVar[bool] = True

    def check(self, shapes: Sequence[Shape], rank: int) -> None:
        """Raise ``ValueError`` unless x has ``rank`` axes and the bits its shape without the last."""
        x, bits = shapes
        fits = len(x) == rank and tuple(x[:-1]) == tuple(bits)
        expect(fits, f"{self.op_type} cannot take inputs of shape {list(x)} and {list(bits)}")

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        *rows, columns, features = shapes[0]
        return {"rows": prod(rows), "columns": columns, "features": features}


@dataclass(frozen=True)
class OfNeighbours(Masked):
    """Over what a constituent hears: ``x`` [..., N, N, F], ``edges`` [..., N, N]. Output [..., N, F]."""

    skips_diagonal: ClassVar[bool] = True

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check(shapes, 3)
        return (shapes[0][0], shapes[0][2])

    def output_axes(self, *axes: Axes) -> Axes:
        return CONSTITUENT_CHANNELS


@dataclass(frozen=True)
class OfConstituents(Masked):
    """Over the constituents of a jet: ``x`` [..., N, F], ``mask`` [..., N]. Output [..., F]."""

    def output_shape(self, *shapes: Shape) -> Shape:
        self.check(shapes, 2)
        return (shapes[0][1],)

    def output_axes(self, *axes: Axes) -> Axes:
        return CHANNELS
