"""Widths of the quantisers of a network that follows a plan. No torch here."""

from __future__ import annotations

import pydantic

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops import MaskedMeanPool, Operator, SpacetimeIntervals, VectorUpdate
from fpgajet.ops.forms import MOMENTA, InputForm, Momenta

_STRICT = pydantic.ConfigDict(extra="forbid")


@pydantic.dataclasses.dataclass(frozen=True, config=_STRICT)
class LayerBits:
    """How many bits each kind of quantiser gets; where its point sits is found by calibration.

    What comes before every parameter is fixed: four-momenta up to 1024 GeV in steps of ``momenta_lsb``, and their
    logarithms in steps that leave 5 bits before the point. Input forms of integers bring their own type.
    """

    momenta: int = 15
    momenta_lsb: float = 0.0625  # GeV
    log: int = 8
    weight: int = 8
    bias: int = 12
    activation: int = 8
    pool: int = 10
    score: int = 16

    def front(self, form: InputForm = MOMENTA) -> dict[str, FixedType]:
        """Types that float model and hardware share."""
        if form.input_type is not None:
            return {"momenta": form.input_type}
        grid = FixedType.from_qonnx(self.momenta_lsb, 2, 1, 0, "ROUND").fraction
        found = {
            "momenta": FixedType(True, self.momenta, grid, Rounding.HALF_EVEN, Overflow.SAT),
            "h0_argument": self._floor(False, self.momenta - 1, grid),
            "h0": self._floor(True, self.log, self.log - 5),
        }
        if isinstance(form, Momenta) and form.extra:
            features = form.feature_type
            finest = max(self.log - 5, features.fraction)
            found |= {"features": features, "h0_join": self._floor(True, finest + form.width, finest)}
        return found

    def of(self, operator: Operator) -> int:
        """Width of a calibrated stage."""
        return self.pool if isinstance(operator, MaskedMeanPool) else self.activation

    @staticmethod
    def _floor(signed: bool, bits: int, fraction: int) -> FixedType:
        return FixedType(signed, bits, fraction, Rounding.FLOOR, Overflow.SAT)


@pydantic.dataclasses.dataclass(frozen=True, config=_STRICT)
class MessageBits(LayerBits):
    """The same for networks of pairs: p_i . p_j up to 2^18 GeV^2, their logarithms, vectors and their intervals."""

    dots: int = 20
    vector: int = 16
    interval: int = 20

    def front(self, form: InputForm = MOMENTA) -> dict[str, FixedType]:
        pairs = {
            "dots": self._floor(False, self.dots, self.dots - 18),
            "logs_argument": self._floor(False, self.dots, self.dots - 18),
            "logs": self._floor(False, self.log, self.log - 5),
        } | {f"x{k}_argument": self._floor(False, self.dots, self.dots - 20) for k in range(1, 7)}
        return super().front(form) | pairs

    def of(self, operator: Operator) -> int:
        if isinstance(operator, VectorUpdate):
            return self.vector
        return self.interval if isinstance(operator, SpacetimeIntervals) else super().of(operator)
