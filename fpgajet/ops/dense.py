"""Dense: one linear layer on the last axis, the same for every constituent or pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory, Shared
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.roles import BIAS, WEIGHT, Axes, Axis, Hook, TensorRole


@dataclass(frozen=True)
class Dense(Operator):
    """y = act(W x + b) on the last axis, rounded once; act is max(x, 0) with ``relu`` = 1, nothing with 0.

    Input ``x`` [..., F] with any leading axes: [N, N, F] pairs, [N, F] constituents, [F] a jet. Tensors:
    ``weight`` [G, F], ``bias`` [G]. Output [..., G].
    """

    skips_diagonal: ClassVar[bool] = True
    tensors: ClassVar[dict[str, TensorRole]] = {"weight": WEIGHT, "bias": BIAS}
    hooks: ClassVar[tuple[Hook, ...]] = (Hook.BATCH_NORM,)
    header: ClassVar[str] = "fpgajet_dense.h"
    function: ClassVar[str] = "dense_last_axis"

    width: int
    relu: int

    def output_shape(self, *shapes: Shape) -> Shape:
        check_relu(self.relu)
        expect(len(shapes) == 1 and 1 <= len(shapes[0]) <= 3, f"Dense needs [..., F], not {list(shapes)}")
        return (*shapes[0][:-1], self.width)

    def output_axes(self, *axes: Axes) -> Axes:
        return (*axes[0][:-1], Axis.CHANNEL)

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.width, shapes[0][-1]), "bias": (self.width,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        y = a.linear(inputs[0], tensors["weight"]) + tensors["bias"]
        y = a.note("accumulator", a.hook(Hook.BATCH_NORM, y))
        return a.quantise("output", a.relu(y) if self.relu else y, self.output)

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        return all(inputs)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return points_of(shapes[0]) | {"outputs": self.width, "relu": self.relu}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        return self._counted(shapes, widths, (self.width, shapes[0][-1]))

    def inventory_of(
        self, shapes: Sequence[Shape], widths: Mapping[str, FixedType], tensors: Mapping[str, FixedArray]
    ) -> Inventory:
        return self._counted(shapes, widths, tensors["weight"].raw, zeros_of(tensors, 0))

    def _counted(
        self,
        shapes: Sequence[Shape],
        widths: Mapping[str, FixedType],
        weights: NDArray[np.int64] | tuple[int, ...],
        zeros: Sequence[int] = (),
    ) -> Inventory:
        points, given = prod(shapes[0][:-1]), widths["input0"]
        lanes = Inventory()
        lanes.matrix(points, weights, given, widths["weight"].bits, zeros)
        lanes.activate(points * self.width, widths["accumulator"], self.output, self.relu)
        read = points * shapes[0][-1] * given.bits
        columns = rows_and_columns(shapes[0])[1]
        return Inventory(shared=Shared(lanes, columns, read))


def zeros_of(tensors: Mapping[str, FixedArray], number: int) -> list[int]:
    """How many low bits of each channel of an input are always 0, as the caller of ``inventory_of`` knows; or []."""
    known = tensors.get(f"input{number}_zeros")
    return [] if known is None else [int(zeros) for zeros in known.raw]


def check_relu(relu: int) -> None:
    """Raise ``ValueError`` unless the attribute ``relu`` is 0 or 1."""
    expect(relu in (0, 1), "the attribute relu is 0 or 1")


def points_of(shape: Shape) -> dict[str, int]:
    """The constants ``rows``, ``columns`` and ``features`` of the C++ for an input [..., F]."""
    rows, columns = rows_and_columns(shape)
    return {"rows": rows, "columns": columns, "features": shape[-1]}


def rows_and_columns(shape: Shape) -> tuple[int, int]:
    """Leading axes of [..., F] as rows and columns: [N, N, F] pairs, [N, F] one row, [F] one point.

    Columns are what sharing over time deals out (see :mod:`fpgajet.ops.sharing`).
    """
    return prod(shape[:-2]), shape[-2] if len(shape) > 1 else 1
