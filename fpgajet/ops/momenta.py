"""What the operators that read four-momenta share: slots, beams, shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.operator import Operator, Shape, expect

#: E, px, py, pz of the two beams (GeV), in the slots before the constituents.
BEAMS = np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]])


@dataclass(frozen=True)
class MomentumOperator(Operator):
    """An operator whose one data input is [..., constituents, 4] (E, px, py, pz) in GeV."""

    constituents: int
    beams: int

    @property
    def slots(self) -> int:
        """Constituents and, before them, the two beams if there are any."""
        return self.constituents + 2 * self.beams

    def check_momenta(self, shapes: Sequence[Shape]) -> None:
        """Raise ``ValueError`` unless the one input has the shape [constituents, 4]."""
        expect(self.beams in (0, 1), "the attribute beams is 0 or 1")
        wanted = (self.constituents, 4)
        expect(tuple(shapes) == (wanted,), f"{self.op_type} needs {list(wanted)}, not {list(shapes)}")

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": self.constituents, "beams": self.beams}


def with_constants(a: Arithmetic[A], x: A, rows: NDArray[Any], axis: int) -> A:
    """Put two constant rows before ``x`` along ``axis``, whatever its batch axes are."""
    blank = a.gate(a.take(x, np.array([0, 0]), axis), a.constant(np.zeros(rows.shape)))
    return a.concat([blank + a.constant(rows), x], axis)


def pairs_of(slots: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Indices i <= j of all pairs, and the map [slots, slots] from (i, j) to the number of its pair."""
    i, j = np.triu_indices(slots)
    number = np.zeros((slots, slots), dtype=np.int64)
    number[i, j] = number[j, i] = np.arange(len(i))
    return i.astype(np.int64), j.astype(np.int64), number
