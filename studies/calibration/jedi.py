"""Fits to the placed and routed JEDI-linear designs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from studies.calibration.designs import read_rows
from studies.calibration.fits import Point, Result, leave_one_out, unfitted

Row = dict[str, str]


def rows() -> list[Row]:
    """The 20 published designs."""
    return read_rows("jedi_linear.csv")


def named(row: Row) -> bool:
    """Whether a design is one of the ten that the task names."""
    return "perminv" not in row["design"]


def ratio(quantity: str, numerator: str, denominator: Callable[[Row], float]) -> Result:
    """Fit ``numerator / denominator``."""
    return leave_one_out(
        quantity,
        [Point(r["design"], r["design"], float(r[numerator]) / denominator(r), named(r)) for r in rows()],
    )


def fits() -> dict[str, Result]:
    """LUT from bit operations and from the trace's cost; FF from LUT."""
    return {
        "matrix_lut": ratio("lut_per_ebop", "lut", lambda row: float(row["ebops"])),
        "da_cost": ratio("lut_per_da_cost", "lut", lambda row: float(row["cost"])),
        "matrix_ff": ratio("ff_per_lut", "ff", lambda row: float(row["lut"]) * math.sqrt(0.5)),
    }


def line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Least-squares straight line: intercept and slope."""
    mx, my = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
    return my - slope * mx, slope


def period() -> tuple[float, float, Result]:
    """Period against the root of the LUT count: intercept, slope, and errors on held-out designs."""
    table = rows()
    x = [math.sqrt(float(r["lut"])) for r in table]
    y = [float(r["actual_period_ns"]) for r in table]
    points = []
    for k, row in enumerate(table):
        a, b = line(x[:k] + x[k + 1 :], y[:k] + y[k + 1 :])
        points.append(Point(row["design"], row["design"], y[k] / (a + b * x[k]), named(row)))
    return *line(x, y), unfitted("period", points)
