"""Means and spreads over seeds of the rows of the transfer study."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from studies.transfer.grid import VARIANTS

Row = Mapping[str, str]


@dataclass(frozen=True, order=True)
class Point:
    """What a mean is taken of: all seeds of one network, pair, number of events and variant."""

    model: str
    bits: int
    pair: str
    variant: str
    events: int


@dataclass(frozen=True)
class Mean:
    """Over so many seeds. ``spread``: their standard deviation; 0 for a single one."""

    value: float
    spread: float
    seeds: int

    @property
    def error(self) -> float:
        """Of the mean, from the spread of the seeds."""
        return float(self.spread / self.seeds**0.5)


def accuracies(rows: Iterable[Row], precision: str = "quantised") -> dict[Point, Mean]:
    """Accuracy on the test events."""
    return _means((_point(row), float(row[f"accuracy_{precision}"])) for row in rows)


def error_reductions(rows: Iterable[Row], precision: str = "quantised") -> dict[Point, Mean]:
    """1 - (1 - accuracy) / (1 - accuracy without transfer), seed by seed: both trainings have seen the same events."""
    accuracy = {(_point(row), row["seed"]): float(row[f"accuracy_{precision}"]) for row in rows}
    found = []
    for (point, seed), value in accuracy.items():
        without = accuracy.get((_with_variant(point, VARIANTS[0]), seed))
        if point.variant != VARIANTS[0] and without is not None:
            found.append((point, 1.0 - (1.0 - value) / (1.0 - without)))
    return _means(found)


def _point(row: Row) -> Point:
    return Point(row["model"], int(row["bits"]), row["pair"], row["variant"], int(row["events"]))


def _with_variant(point: Point, variant: str) -> Point:
    return Point(point.model, point.bits, point.pair, variant, point.events)


def _means(values: Iterable[tuple[Point, float]]) -> dict[Point, Mean]:
    grouped: dict[Point, list[float]] = defaultdict(list)
    for point, value in values:
        grouped[point].append(value)
    return {point: _mean(grouped[point]) for point in sorted(grouped)}


def _mean(values: Sequence[float]) -> Mean:
    return Mean(mean(values), stdev(values) if len(values) > 1 else 0.0, len(values))
