"""The form ``log``: (l, eta, phi) as integers, l a logarithm of pT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow
from fpgajet.ops.forms.angular import Angular, AngularTypes
from fpgajet.ops.forms.form import Dots, InputForm, Real, WantedDots
from fpgajet.ops.forms.log_tables import log_tables
from fpgajet.ops.log_dots import LogDots


@dataclass(frozen=True)
class Log(Angular):
    """(l, eta, phi) as integers: l = round(steps log2(pT / pt_lsb)), cut to 1 .. 2^pt_bits - 1; 0 is empty.

    Attributes:
        steps: of l for a factor of two in pT.
    """

    name: ClassVar[str] = "log"
    leaves_out: ClassVar[bool] = True

    pt_lsb: float = 0.0625
    pt_bits: int = 7
    steps: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= 64:
            raise ValueError(f"a factor of two in pT has 1 to 64 steps, not {self.steps}")

    @property
    def momentum_labels(self) -> tuple[tuple[str, str], ...]:
        angle = f"pi/{self.angle_steps} from the jet's axis"
        unit = f"{self.steps} log2(pT / {self.pt_lsb:g} GeV), 0 for an empty slot"
        return ("log_pt", unit), ("eta", angle), ("phi", angle)

    def coarser(self) -> Mapping[str, tuple[InputForm, Mapping[str, int]]]:
        found = dict(super().coarser())
        if self.steps % 2 == 0 and self.pt_bits > 1:
            found["pT"] = replace(self, steps=self.steps // 2, pt_bits=self.pt_bits - 1), {"table": 1}
        return found

    def pt_number(self, pt: Real) -> Real:
        number: Real = np.rint(self.steps * np.log2(pt / self.pt_lsb))
        return number

    def pt_value(self, number: Real) -> Real:
        value: Real = self.pt_lsb * np.exp2(number / self.steps)
        return value

    def table_type(self, bits: int | None, widest: float, offset: int) -> FixedType | None:
        return FixedType(False, bits or self.pt_bits, 0, overflow=Overflow.SAT)

    def dots(self, wanted: WantedDots) -> Dots:
        made = super().dots(wanted)
        assert isinstance(made.operator, LogDots)
        return replace(made, operator=replace(made.operator, pairs_below=wanted.pairs_below))

    def angular_dots(self, types: AngularTypes, table: FixedType) -> Dots:
        logs, exponent_bits = log_tables(self, types.address.bits, table.bits, types.output)
        entries = {name: _holding(values) for name, values in logs.items()} | {"power_table": types.output}
        exponent = FixedType(False, exponent_bits, 0, overflow=Overflow.SAT)
        return Dots(LogDots(*types, exponent, len(logs["sum_table"])), logs, entries)


def _holding(values: Real) -> FixedType:
    """The narrowest type for integers that a Quant node can state: it saturates."""
    return replace(FixedType.holding(int(values.min()), int(values.max()), 0), overflow=Overflow.SAT)
