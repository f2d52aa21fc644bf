"""The form ``trigger``: (pT, eta, phi) as integers, as a Level-1 trigger has them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.angular import angular_parts
from fpgajet.ops.forms.angular import Angular, AngularTypes
from fpgajet.ops.forms.form import Dots, Real
from fpgajet.ops.trigger_dots import TriggerDots


@dataclass(frozen=True)
class Trigger(Angular):
    """(pT, eta, phi) as integers: pT in units of ``pt_lsb``, a real constituent at least 1, angles as above.

    The defaults are those of CMS Phase-2 candidates (0.25 GeV, pi/720), with pT up to 1 TeV and angles up to
    1.1 rad from the jet's axis.
    """

    name: ClassVar[str] = "trigger"
    real_tables: ClassVar[bool] = True

    @property
    def momentum_labels(self) -> tuple[tuple[str, str], ...]:
        angle = f"pi/{self.angle_steps} from the jet's axis"
        return ("pt", f"{self.pt_lsb:g} GeV, 0 for an empty slot"), ("eta", angle), ("phi", angle)

    def pt_number(self, pt: Real) -> Real:
        return np.rint(pt / self.pt_lsb)

    def pt_value(self, number: Real) -> Real:
        return number * self.pt_lsb

    def table_type(self, bits: int | None, widest: float, offset: int) -> FixedType | None:
        width = bits or 10
        integer = math.ceil(math.log2(self.pt_lsb**2 * (math.cosh(widest) - 1))) + offset
        return FixedType(False, width, width - integer, Rounding.HALF_EVEN, Overflow.SAT)

    def angular_dots(self, types: AngularTypes, table: FixedType) -> Dots:
        parts = angular_parts(self.angle_lsb, 1 << types.address.bits)
        tables = {k: v * self.pt_lsb**2 for k, v in zip(TriggerDots.tensors, parts, strict=True)}
        return Dots(TriggerDots(*types), tables, dict.fromkeys(tables, table))
