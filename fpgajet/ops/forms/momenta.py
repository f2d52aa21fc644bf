"""The form ``momenta``: four-momenta as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.dot_products import DotProducts
from fpgajet.ops.forms.form import Dots, Features, InputForm, Real, WantedDots
from fpgajet.ops.operator import expect


@dataclass(frozen=True)
class Momenta(InputForm):
    """Four-momenta (E, px, py, pz) in GeV, as they come."""

    name: ClassVar[str] = "momenta"
    columns: ClassVar[int] = 4
    four_momenta: ClassVar[bool] = True

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, "GeV") for name in ("energy", "px", "py", "pz"))

    def features(self, momenta: NDArray[Any]) -> Features:
        return np.ascontiguousarray(momenta, dtype=np.float32)

    def numbers(self, seen: NDArray[Any]) -> Features:
        return np.asarray(seen, dtype=np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        return np.asarray(features, dtype=np.float64)

    def dots(self, wanted: WantedDots) -> Dots:
        without_tables = wanted.address is None and wanted.table is None
        expect(without_tables, f"the input form {self.name} has no tables")
        return Dots(DotProducts(wanted.output, wanted.constituents, wanted.beams))
