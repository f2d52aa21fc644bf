"""Dense: one linear layer on the last axis, the same for every constituent or pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Folded, Inventory
from fpgajet.ops.operator import Operator, Shape, expect


@dataclass(frozen=True)
class Dense(Operator):
    """y = act(W x + b) on the last axis, rounded once; act is max(x, 0) with ``relu`` = 1, nothing with 0.

    Input ``x`` [..., F] with any leading axes: [N, N, F] pairs, [N, F] constituents, [F] a jet. Tensors:
    ``weight`` [G, F], ``bias`` [G]. Output [..., G].
    """

    op_type: ClassVar[str] = "Dense"
    inputs: ClassVar[int] = 1
    tensors: ClassVar[tuple[str, ...]] = ("weight", "bias")
    header: ClassVar[str] = "fpgajet_dense.h"
    includes: ClassVar[tuple[str, ...]] = ("fpgajet_folding.h",)
    function: ClassVar[str] = "dense_last_axis"

    width: int
    relu: int

    def output_shape(self, *shapes: Shape) -> Shape:
        check_relu(self.relu)
        expect(len(shapes) == 1 and 1 <= len(shapes[0]) <= 3, f"Dense needs [..., F], not {list(shapes)}")
        return (*shapes[0][:-1], self.width)

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        return {"weight": (self.width, shapes[0][-1]), "bias": (self.width,)}

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        y = a.note("accumulator", a.linear(inputs[0], tensors["weight"]) + tensors["bias"])
        return a.quantise("output", a.relu(y) if self.relu else y, self.output)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        rows, columns = rows_and_columns(shapes[0])
        return {
            "rows": rows,
            "columns": columns,
            "features": shapes[0][-1],
            "outputs": self.width,
            "relu": self.relu,
        }

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        points, features = prod(shapes[0][:-1]), shapes[0][-1]
        lanes = Inventory()
        lanes.matrix(points * self.width, features, widths["input0"].bits, widths["weight"].bits)
        lanes.activate(points * self.width, widths["accumulator"], self.output, self.relu)
        read = points * features * widths["input0"].bits
        return Inventory(folded=Folded(lanes, rows_and_columns(shapes[0])[1], read))


def check_relu(relu: int) -> None:
    """Raise ``ValueError`` unless the attribute ``relu`` is 0 or 1."""
    expect(relu in (0, 1), "the attribute relu is 0 or 1")


def rows_and_columns(shape: Shape) -> tuple[int, int]:
    """Leading axes of [..., F] as rows and columns: [N, N, F] pairs, [N, F] one row, [F] one point.

    Columns are what folding over time deals out (see :mod:`fpgajet.ops.folding`).
    """
    return prod(shape[:-2]), shape[-2] if len(shape) > 1 else 1
