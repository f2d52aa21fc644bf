"""Figures with their uncertainty and evidence, and the estimate made of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fpgajet.devices.hardware_row import HardwareRow

#: What an estimate says about every operator and about the whole design, in this order.
QUANTITIES = ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram")

#: The probability with which the range of a figure holds the true value.
COVERAGE = 0.80


@dataclass(frozen=True)
class Figure:
    """A number, the range that holds the true one with 80 % probability, and the evidence for both."""

    value: float
    low: float
    high: float
    evidence: str

    @classmethod
    def exact(cls, value: float, evidence: str) -> Figure:
        """A number that is not uncertain: measured, or fixed by construction."""
        return cls(value, value, value, evidence)

    @classmethod
    def spread(cls, value: float, factor: float, evidence: str) -> Figure:
        """``value`` with the range from value / factor to value * factor."""
        return cls(value, value / factor, value * factor, evidence)

    def map(self, function: Callable[[float], float]) -> Figure:
        """The same figure in other units; ``function`` must not decrease."""
        return Figure(function(self.value), function(self.low), function(self.high), self.evidence)

    def __add__(self, other: Figure) -> Figure:
        """Sum of two figures; their ranges add up linearly, as if their errors were fully correlated."""
        texts = dict.fromkeys((self.evidence, other.evidence))
        return Figure(
            self.value + other.value,
            self.low + other.low,
            self.high + other.high,
            "; ".join(texts),
        )

    def rounded(self) -> Figure:
        """The same in whole units, the ends of the range rounded outwards."""
        return replace(self, value=round(self.value), low=math.floor(self.low), high=math.ceil(self.high))

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.value:,.6g}"
        return f"{self.value:,.6g} ({self.low:,.6g} - {self.high:,.6g})"


@dataclass(frozen=True)
class OperatorEstimate:
    """One operator, or the whole design (``name`` "total").

    Attributes:
        start_cycle: cycle after the first input in which the operator starts on the longest path to it.
        latency_cycles: cycles from its input to its output; ``ii``: cycles between two jets.
        bram: blocks of 36 Kb.
    """

    name: str
    op_type: str
    start_cycle: float
    latency_cycles: Figure
    latency_ns: Figure
    ii: Figure
    lut: Figure
    ff: Figure
    dsp: Figure
    bram: Figure

    def row(self, level: str, **more: Any) -> HardwareRow:
        """Value, range and evidence of every quantity, the level they come from, and ``more`` of the row's fields."""
        figures: dict[str, Figure] = {name: getattr(self, name) for name in QUANTITIES}
        period: Figure | None = more.pop("period_ns", None)
        ranges = figures | ({"period_ns": period} if period else {})
        return HardwareRow.model_validate(
            {"level": level, "name": self.name, "op_type": self.op_type, "start_cycle": self.start_cycle}
            | {name: figure.value for name, figure in figures.items()}
            | {
                "intervals": {name: (figure.low, figure.high) for name, figure in ranges.items()},
                "evidence": {name: figure.evidence for name, figure in ranges.items()},
            }
            | more
            | ({"period_ns": period.value} if period else {})
        )


@dataclass(frozen=True)
class Estimate:
    """Latency and resources of a network on a part, before any tool has run.

    Attributes:
        level: "model".
        operators: in the order of the network; their LUT, FF, DSP and BRAM add up to the total.
        total: what logic synthesis will give.
        csynth: what the HLS report (csynth) will print for the same design.
        period_ns: shortest clock period that place and route will reach.
        constituents: slots of the input that arrive over the links, the jet's own word among them.
    """

    level: str
    part: str
    clock_mhz: float
    constituents: int
    operators: tuple[OperatorEstimate, ...]
    total: OperatorEstimate
    csynth: OperatorEstimate
    period_ns: Figure

    def hardware(self) -> list[HardwareRow]:
        """Rows for a report: the total at level "model", and the csynth prediction at "model-csynth"."""
        where = {"part": self.part, "clock_mhz": self.clock_mhz, "constituents": self.constituents}
        return [
            self.total.row(self.level, **where, period_ns=self.period_ns),
            self.csynth.row(f"{self.level}-csynth", **where, period_ns=self.period_ns),
        ]

    def as_dict(self) -> dict[str, Any]:
        """The whole estimate as plain data."""
        return {
            "level": self.level,
            "part": self.part,
            "clock_mhz": self.clock_mhz,
            "constituents": self.constituents,
            "coverage": COVERAGE,
            "operators": [operator.row(self.level).as_dict() for operator in self.operators],
            "hardware": [row.as_dict() for row in self.hardware()],
        }
