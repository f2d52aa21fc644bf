"""Which corners of every requantiser, table and accumulator do the events reach? Counted, and the others named."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.interval_arithmetic import IntervalArithmetic, IntervalArray
from fpgajet.ops.network import Network, tensor_intervals

TOP, BOTTOM = "clip at the top", "clip at the bottom"
BELOW, ON, ABOVE = "just below the rounding boundary", "on the rounding boundary", "just above it"
FIRST, LAST = "first entry", "last entry"
POSITIVE, NEGATIVE = "highest bit, positive", "highest bit, negative"

#: by place ("stage.name"), how many values reached each of its corners
Corners = dict[str, Counter[str]]


class BoundaryCounter(IntegerArithmetic):
    """The integer reference, counting how often the corners are met.

    Attributes:
        ties: by requantiser, values on a rounding boundary. saturated: values that were clipped.
        corners: by requantiser, table and noted intermediate.
    """

    def __init__(self, network: Network | None = None) -> None:
        """``network``: for the ends of tables and the widths of intermediates; without it these are not counted."""
        self.stage, self._tables = "", 0
        self.ties: Counter[str] = Counter()
        self.saturated: Counter[str] = Counter()
        self.corners: Corners = {}
        self._widths = {} if network is None else network.widths()
        self._ends = {} if network is None else possible_corners(network)[1]

    def enter(self, stage: str) -> None:
        self.stage, self._tables = stage, 0

    def quantise(self, name: str, x: FixedArray, to: FixedType) -> FixedArray:
        place, shift = f"{self.stage}.{name}", x.fraction - to.fraction
        low = (1 << min(max(shift, 0), 62)) - 1
        rest = x.raw & low
        if shift < 31:
            rest = rest.astype(np.int32)  # compared in half the time
        boundary = rounding_boundary(shift, to)
        on = _count(rest == boundary)
        self.ties[place] += on
        whole = x.raw >> min(shift, 62) if shift > 0 else x.raw
        # Where bits are added below, the ends are compared as they are before: a shift could leave int64.
        highest, lowest = to.highest >> max(-shift, 0), -(-to.lowest >> max(-shift, 0))
        found = Counter({TOP: _count(whole > highest), BOTTOM: _count(whole < lowest)})
        self.saturated[place] += found[TOP] + found[BOTTOM]
        if shift > 0:
            found[BELOW] += _count(rest == (boundary - 1 & low))
            found[ON] += on
            found[ABOVE] += _count(rest == (boundary + 1 & low))
        self._reach(place, found)
        return super().quantise(name, x, to)

    def lookup(self, table: FixedArray, index: FixedArray) -> FixedArray:
        place, self._tables = f"{self.stage}.table {self._tables}", self._tables + 1
        if place in self._ends:
            first, last = self._ends[place]
            counts = {FIRST: _count(index.raw == first), LAST: _count(index.raw == last)}
            self._reach(place, Counter(counts))
        return super().lookup(table, index)

    def note(self, name: str, x: FixedArray) -> FixedArray:
        width = self._widths.get(self.stage, {}).get(name)
        if width is not None:
            counts = Counter({POSITIVE: _count(x.raw > width.highest >> 1)})
            if width.signed:
                counts[NEGATIVE] = _count(x.raw < width.lowest >> 1)
            self._reach(f"{self.stage}.{name} (intermediate)", counts)
        return x

    def _reach(self, place: str, counts: Counter[str]) -> None:
        self.corners.setdefault(place, Counter()).update(counts)


def rounding_boundary(shift: int, to: FixedType) -> int:
    """The dropped bits at which the result changes: a half, or for floor the step itself, where a wrong rounding
    shows as well."""
    return 1 << (min(shift, 62) - 1) if shift > 0 and to.rounding.value != "FLOOR" else 0


class _Possible(IntervalArithmetic):
    """Interval analysis that remembers which corners it cannot exclude."""

    def __init__(self) -> None:
        super().__init__()
        self.corners: dict[str, set[str]] = {}
        self.ends: dict[str, tuple[int, int]] = {}

    def quantise(self, name: str, x: IntervalArray, to: FixedType) -> IntervalArray:
        shift = x.fraction - to.fraction
        found = self.corners.setdefault(name, set())
        lowest, highest = (int(np.floor_divide(end * (1 << max(-shift, 0)), 1 << max(shift, 0))) for end in (
            np.min(x.lo), np.max(x.hi)))  # fmt: skip
        found |= {TOP} if highest > to.highest else set()
        found |= {BOTTOM} if lowest < to.lowest else set()
        if shift > 0 and np.max(x.hi) - np.min(x.lo) >= 1 << shift:
            found |= {BELOW, ON, ABOVE}
        return super().quantise(name, x, to)

    def lookup(self, table: IntervalArray, index: IntervalArray) -> IntervalArray:
        place = f"table {len(self.ends)}"
        self.ends[place] = int(np.min(index.lo)), int(np.max(index.hi))
        self.corners[place] = {FIRST, LAST}
        return super().lookup(table, index)


def possible_corners(network: Network) -> tuple[dict[str, set[str]], dict[str, tuple[int, int]]]:
    """By place, the corners that interval analysis of each operator cannot exclude, and the ends of every table.

    Corners of an intermediate: its highest bit, which the analysis of its width found necessary.
    """
    shapes, types = network.shapes(), network.types()
    corners: dict[str, set[str]] = {}
    ends: dict[str, tuple[int, int]] = {}
    for node in network.nodes:
        a = _Possible()
        given = [IntervalArray.of_type(shapes[name], types[name]) for name in node.inputs]
        node.operator.forward(a, given, tensor_intervals(node.operator, node.tensors))
        corners |= {f"{node.name}.{name}": found for name, found in a.corners.items()}
        ends |= {f"{node.name}.{name}": found for name, found in a.ends.items()}
        for name, width in a.types.items():
            signs = {POSITIVE, NEGATIVE} if width.signed else {POSITIVE}
            corners[f"{node.name}.{name} (intermediate)"] = signs
    return corners, ends


def unreached(network: Network, counter: BoundaryCounter) -> list[str]:
    """Corners that the analysis cannot exclude and that no event has reached, in words."""
    return [
        f"{place}: {corner}"
        for place, possible in possible_corners(network)[0].items()
        for corner in (TOP, BOTTOM, BELOW, ON, ABOVE, FIRST, LAST, POSITIVE, NEGATIVE)
        if corner in possible and not counter.corners.get(place, Counter())[corner]
    ]


def _count(reached: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(reached))
