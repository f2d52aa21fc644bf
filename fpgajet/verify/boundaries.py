"""Did the events reach the places where roundings differ? Counted, for every requantiser."""

from __future__ import annotations

from collections import Counter

from fpgajet.fixed import FixedType
from fpgajet.ops.integers import FixedArray, IntegerArithmetic


class BoundaryCounter(IntegerArithmetic):
    """The integer reference, counting how often a requantiser meets a tie, and how often it saturates."""

    def __init__(self) -> None:
        self.stage = ""
        self.ties: Counter[str] = Counter()
        self.saturated: Counter[str] = Counter()

    def enter(self, stage: str) -> None:
        self.stage = stage

    def quantise(self, name: str, x: FixedArray, to: FixedType) -> FixedArray:
        place, shift = f"{self.stage}.{name}", x.fraction - to.fraction
        # A tie for rounding to nearest; for floor, the step itself, where a wrong rounding shows as well.
        rest = x.raw & ((1 << max(shift, 0)) - 1)
        boundary = 1 << (shift - 1) if shift > 0 and to.rounding.value != "FLOOR" else 0
        self.ties[place] += int((rest == boundary).sum())
        whole = x.raw >> shift if shift > 0 else x.raw << -shift
        self.saturated[place] += int(((whole < to.lowest) | (whole > to.highest)).sum())
        return super().quantise(name, x, to)
