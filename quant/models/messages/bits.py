"""Widths of a message-passing network's quantisers. No torch here."""

from __future__ import annotations

import pydantic

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops import MaskedMeanPool, Operator, SpacetimeIntervals, VectorUpdate


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class MessageBits:
    """How many bits each kind of quantiser gets; where its point sits is found by calibration.

    What comes before every parameter is fixed: momenta up to 1024 GeV in steps of ``momenta_lsb``, p_i . p_j up to
    2^18 GeV^2, logarithms in steps that leave 5 bits (of pairs) before the point.
    """

    momenta: int = 15
    momenta_lsb: float = 0.0625  # GeV
    dots: int = 20
    log: int = 8
    weight: int = 8
    bias: int = 12
    activation: int = 8
    pool: int = 10
    vector: int = 16
    interval: int = 20
    score: int = 16

    def front(self) -> dict[str, FixedType]:
        """Types that float model and hardware share."""
        grid = FixedType.from_qonnx(self.momenta_lsb, 2, 1, 0, "ROUND").fraction
        size = self.momenta - 1
        return {
            "momenta": FixedType(True, self.momenta, grid, Rounding.HALF_EVEN, Overflow.SAT),
            "dots": self._floor(False, self.dots, self.dots - 18),
            "logs_argument": self._floor(False, self.dots, self.dots - 18),
            "logs": self._floor(False, self.log, self.log - 5),
            "h0_argument": self._floor(False, size, grid),
            "h0": self._floor(True, self.log, self.log - 5),
        } | {f"x{k}_argument": self._floor(False, self.dots, self.dots - 20) for k in range(1, 7)}

    def of(self, operator: Operator) -> int:
        """Width of a calibrated stage."""
        if isinstance(operator, VectorUpdate):
            return self.vector
        if isinstance(operator, SpacetimeIntervals):
            return self.interval
        if isinstance(operator, MaskedMeanPool):
            return self.pool
        return self.activation

    @staticmethod
    def _floor(signed: bool, bits: int, fraction: int) -> FixedType:
        return FixedType(signed, bits, fraction, Rounding.FLOOR, Overflow.SAT)
