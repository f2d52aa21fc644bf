"""Fits of one constant each, on ratios of measured to predicted, and what they leave on held-out designs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

#: Student's t at 90 % (one-sided), by degrees of freedom: half-width of a central 80 % interval.
T90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372)


@dataclass(frozen=True)
class Point:
    """One measured figure: ``ratio`` is what the constant would have to be for this design alone.

    ``group``: designs that share trained weights or differ in one number are not independent; a group
    counts as much as any other, however many designs it has.
    """

    name: str
    group: str
    ratio: float
    target: bool = False


@dataclass(frozen=True)
class Result:
    """A fitted constant, and its errors (predicted / measured - 1) on designs that were held out."""

    quantity: str
    value: float
    spread: float
    held_out: tuple[tuple[Point, float], ...]
    by_group: tuple[tuple[Point, float], ...]
    coverage: float

    def median_percent(self, target_only: bool = False) -> float:
        """Median of the absolute errors in per cent, leaving one design out."""
        errors = [abs(e) for p, e in self.held_out if p.target or not target_only]
        return 100 * median(errors) if errors else math.nan


def constant(points: Sequence[Point]) -> float:
    """Geometric mean over groups of the geometric mean over their designs."""
    groups: dict[str, list[float]] = defaultdict(list)
    for point in points:
        groups[point.group].append(math.log(point.ratio))
    means = [sum(logs) / len(logs) for logs in groups.values()]
    return math.exp(sum(means) / len(means))


def spread(points: Sequence[Point]) -> float:
    """Factor of the 80 % interval for one more design, from the scatter of these around their constant."""
    middle, n = math.log(constant(points)), len(points)
    variance = sum((math.log(p.ratio) - middle) ** 2 for p in points) / max(n - 1, 1)
    t = T90[n - 2] if n - 2 < len(T90) else 1.3
    return math.exp(t * math.sqrt(variance * (1 + 1 / n)))


def leave_one_out(quantity: str, points: Sequence[Point]) -> Result:
    """Fit on all; then hold out every design, and every group, in turn."""
    held_out, inside = [], 0
    for point in points:
        rest = [p for p in points if p is not point]
        held_out.append((point, constant(rest) / point.ratio - 1))
        inside += abs(math.log(constant(rest) / point.ratio)) <= math.log(spread(rest))
    by_group = [
        (point, constant([p for p in points if p.group != point.group]) / point.ratio - 1)
        for point in points
        if any(p.group != point.group for p in points)
    ]
    return Result(
        quantity, constant(points), spread(points), tuple(held_out), tuple(by_group), inside / len(points)
    )


def unfitted(quantity: str, points: Sequence[Point]) -> Result:
    """Errors of predictions that already are what they are; only the interval comes from the others."""
    held_out = tuple((p, 1 / p.ratio - 1) for p in points)
    inside = sum(
        abs(math.log(p.ratio)) <= math.log(around_one([o for o in points if o is not p])) for p in points
    )
    return Result(quantity, 1.0, around_one(points), held_out, (), inside / len(points))


def around_one(points: Sequence[Point]) -> float:
    """Factor of the 80 % interval for one more design, from the scatter of these around 1."""
    n = len(points)
    variance = sum(math.log(p.ratio) ** 2 for p in points) / n
    t = T90[n - 1] if n - 1 < len(T90) else 1.3
    return math.exp(t * math.sqrt(variance * (1 + 1 / n)))
