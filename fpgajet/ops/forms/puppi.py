"""The form ``puppi``: words of 64 bits as the link brings them, the jet's first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.forms.angular import pseudorapidity
from fpgajet.ops.forms.form import Features, InputForm, Real
from fpgajet.ops.forms.log import Log
from fpgajet.ops.operator import Operator
from fpgajet.ops.puppi_axis import PuppiAxis
from fpgajet.ops.puppi_log import MANTISSA_BITS, PuppiLog, rounded_down
from fpgajet.ops.puppi_sort import PuppiSort
from fpgajet.ops.puppi_words import ETA, HALF_TURN, PHI, PIECE_BITS, PIECES, PT

#: Units of a word: GeV, and rad.
PT_LSB, ANGLE_LSB = 0.25, np.pi / HALF_TURN


@dataclass(frozen=True)
class Puppi(Log):
    """N + 1 words of 64 bits in pieces of 16 bits, the lowest first: the jet's (pT, eta, phi), then the candidates'.

    The fields are those of CMS Phase-2 jets and PUPPI candidates: pT in 0.25 GeV, eta and phi in pi/720. The bits above
    are not read, and are 0 here. The axis is the direction of the sum of the three-momenta that are given. The numbers
    of the form are those of the grid behind the operator :class:`fpgajet.ops.puppi_log.PuppiLog`, as in ``log``.

    Attributes:
        axis: ``word``: the jet's word comes first, and says where its axis is. ``sum``: no such word comes; the axis
            follows from the candidates, by :class:`fpgajet.ops.puppi_axis.PuppiAxis`.
        order: ``falling``: candidates come in falling pT, or the network does not care. ``any``: the network sorts them
            first, by :class:`fpgajet.ops.puppi_sort.PuppiSort`.
    """

    name: ClassVar[str] = "puppi"
    columns: ClassVar[int] = PIECES
    takes_features: ClassVar[bool] = False

    axis: str = "word"
    order: str = "falling"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.axis not in ("word", "sum"):
            raise ValueError(
                f"the axis of the form puppi is that of the jet's word or a sum, not {self.axis!r}"
            )
        if self.order not in ("falling", "any"):
            raise ValueError(f"the order of the form puppi is falling or any, not {self.order!r}")
        if self.angle_steps > HALF_TURN:
            raise ValueError(f"the words have {HALF_TURN} steps in half a turn, not {self.angle_steps}")
        if self.log_table().min() + 2 * self.steps < 1:
            raise ValueError(f"pt_lsb is less than {PT_LSB} GeV, so that real candidates are not 0")

    @property
    def header_rows(self) -> int:
        return int(self.axis == "word")

    def numbers(self, seen: NDArray[Any]) -> Features:
        return InputForm.numbers(self, seen)  # words hold the jet's axis, which four-momenta about it do not

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        bits = [(f"bits_{16 * k + 15}_{16 * k}") for k in range(PIECES)]
        units = (
            "pt 13:0 in 0.25 GeV, eta 25:14",
            "eta 25:14 in pi/720, phi 36:26",
            "phi 36:26 in pi/720",
            "not read",
        )
        return tuple(zip(bits, units, strict=True))

    @property
    def word_fields(self) -> tuple[tuple[str, int, int, bool], ...]:
        return ("pt", 0, PT.bits, False), ("eta", 14, ETA.bits, True), ("phi", 26, PHI.bits, True)

    def row_names(self, rows: int) -> list[str]:
        header = ["jet"] * self.header_rows
        return [*header, *super().row_names(rows - len(header))]

    @property
    def bits(self) -> int | None:
        return PIECES * PIECE_BITS

    @property
    def input_type(self) -> FixedType | None:
        return FixedType(False, PIECE_BITS, 0, Rounding.HALF_EVEN, Overflow.SAT)

    def log_table(self) -> Real:
        """Contents of ``log_table``: l of pT = 0.25 (1 + (m + 1/2) / 64) GeV, less two octaves, which e' adds."""
        mantissa = 1 + (np.arange(1 << MANTISSA_BITS) + 0.5) / (1 << MANTISSA_BITS)
        table: Real = np.rint(self.steps * (np.log2(mantissa) + np.log2(PT_LSB / self.pt_lsb) - 2))
        return table

    def log_table_type(self) -> FixedType:
        """Of ``log_table``: the narrowest type that a Quant node can state."""
        table = self.log_table()
        return replace(FixedType.holding(int(table.min()), int(table.max()), 0), overflow=Overflow.SAT)

    def front_end(self, constituents: int) -> dict[str, Operator]:
        """The operators, by name and one after the other, that make what the form ``log`` would be from the words."""
        number = FixedType(False, self.pt_bits, 0, overflow=Overflow.SAT)
        piece, output = self.input_type, super().input_type
        assert piece is not None
        assert output is not None
        angle = rounded_down(self.angle_bits)
        found: dict[str, Operator] = {}
        if self.order == "any":
            found["sort"] = PuppiSort(piece, constituents, self.header_rows)
        if self.axis == "sum":
            found["axis"] = PuppiAxis(piece, constituents)
        found["prepare"] = PuppiLog(output, number, angle, constituents, self.steps, self.angle_steps)
        return found

    def features(self, momenta: NDArray[Any]) -> Features:
        p = np.asarray(momenta, dtype=np.float64)
        if self.header_rows:
            p = np.concatenate([p.sum(-2, keepdims=True), p], axis=-2)
        px, py, pz = (p[..., k] for k in (1, 2, 3))
        pt = np.hypot(px, py)
        real = pt > 0
        number = np.clip(np.rint(pt / PT_LSB), 1, PT.highest)
        eta = np.clip(np.rint(pseudorapidity(pz, pt) / ANGLE_LSB), ETA.lowest, ETA.highest)
        phi = np.rint(np.arctan2(py, px) / ANGLE_LSB)
        phi = np.where(phi >= HALF_TURN, phi - 2 * HALF_TURN, phi)
        fields = [np.where(real, field, 0).astype(np.int64) for field in (number, eta, phi)]
        word = fields[0] | (fields[1] & (1 << ETA.bits) - 1) << 14 | (fields[2] & (1 << PHI.bits) - 1) << 26
        pieces = word[..., None] >> PIECE_BITS * np.arange(PIECES) & (1 << PIECE_BITS) - 1
        return pieces.astype(np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        pieces = np.asarray(features, dtype=np.float64).astype(np.int64)[..., self.header_rows :, :]
        word = (pieces << PIECE_BITS * np.arange(PIECES)).sum(-1)
        pt = PT_LSB * (word & PT.highest)
        eta, phi = (
            ANGLE_LSB * (((word >> low & (1 << t.bits) - 1) ^ 1 << t.bits - 1) - (1 << t.bits - 1))
            for low, t in ((14, ETA), (26, PHI))
        )
        return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)
