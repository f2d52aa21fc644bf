"""The form ``momenta``: four-momenta as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.dot_products import DotProducts
from fpgajet.ops.forms.extra import raw_features, real_features, require_columns
from fpgajet.ops.forms.form import Dots, Features, Real, WantedDots
from fpgajet.ops.forms.with_features import WithFeatures
from fpgajet.ops.operator import expect


@dataclass(frozen=True)
class Momenta(WithFeatures):
    """Four-momenta (E, px, py, pz) in GeV, as they come.

    Features are shifted to a range of -16 to 16, that of the logarithms which layers read beside them.
    """

    name: ClassVar[str] = "momenta"
    four_momenta: ClassVar[bool] = True
    width: ClassVar[int] = 5

    @property
    def momentum_labels(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, "GeV") for name in ("energy", "px", "py", "pz"))

    @property
    def feature_type(self) -> FixedType:
        """The one type that holds every number of the features exactly."""
        bits = max(of.integer_type.bits for of in self.extra)
        return FixedType(True, bits, bits - self.width, Rounding.FLOOR, Overflow.SAT)

    def features(self, momenta: NDArray[Any]) -> Features:
        given = np.asarray(momenta)
        require_columns(given, self.extra)
        return self._with_features(self.four(given), given)

    def four(self, given: NDArray[Any]) -> NDArray[Any]:
        """The numbers [..., 4] of the momenta that lead the columns of ``given``."""
        return given[..., :4]

    def numbers(self, seen: NDArray[Any]) -> Features:
        return self._with_features(seen[..., :4], seen)

    def _with_features(self, four: NDArray[Any], given: NDArray[Any]) -> Features:
        """Columns of momenta, with those of the features of ``given`` behind them."""
        if not self.extra:
            return np.ascontiguousarray(four, dtype=np.float32)
        columns = np.stack(raw_features(given, self.extra, self.width), -1)
        real = four[..., :1] != 0
        return np.concatenate([four, np.where(real, columns, 0.0)], -1).astype(np.float32)

    def momenta(self, features: NDArray[Any]) -> Real:
        x = np.asarray(features, dtype=np.float64)
        if not self.extra:
            return x
        return np.concatenate(
            [x[..., :4], np.stack(real_features(x[..., 4:], self.extra, self.width), -1)], -1
        )

    def dots(self, wanted: WantedDots) -> Dots:
        without_tables = wanted.address is None and wanted.table is None
        expect(without_tables, f"the input form {self.name} has no tables")
        return Dots(DotProducts(wanted.output, wanted.constituents, wanted.beams))
