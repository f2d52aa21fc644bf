"""Predict designs that are not in the calibration, with the shipped constants, and print the errors where measured.

    python scripts/predict_designs.py --firmware rows.csv   # columns of studies/calibration/npelican_firmware.csv
    python scripts/predict_designs.py --placed rows.csv     # columns of studies/calibration/jedi_linear.csv

Measured columns may be empty or missing; what is measured is compared, nothing is fitted.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from fpgajet.devices import part
from fpgajet.estimate.calibration import calibration
from fpgajet.estimate.figures import Figure
from fpgajet.estimate.timing import reachable_period
from studies.calibration.designs import Design, design_of, read_rows
from studies.calibration.npelican import predict


def line(name: str, quantity: str, figure: Figure, measured: float | None) -> str:
    """One prediction, with its error and whether the interval holds the measured figure."""
    text = f"{name:34s} {quantity:12s} {figure.value:10.6g} ({figure.low:.6g} - {figure.high:.6g})"
    if measured is None:
        return text
    inside = "inside" if figure.low <= measured <= figure.high else "outside"
    return f"{text}  measured {measured:.6g}: {100 * (figure.value / measured - 1):+.1f} %, {inside}"


def firmware(design: Design) -> list[str]:
    """All quantities of one nanoPELICAN firmware build."""
    e, m = predict(design), design.measured
    figures = {
        "latency": e.total.latency_cycles, "lut": e.total.lut, "ff": e.total.ff, "dsp": e.total.dsp,
        "csynth_lut": e.csynth.lut, "csynth_ff": e.csynth.ff,
    }  # fmt: skip
    return [line(design.name, quantity, figure, m[quantity]) for quantity, figure in figures.items()]


def placed(row: dict[str, str]) -> list[str]:
    """LUT, FF and clock period of one design made of constant matrices, from its bit operations or trace cost."""
    known, name = calibration(), row["design"]

    def measured(key: str) -> float | None:
        return float(row[key]) if row.get(key) else None

    lines, luts = [], []
    for column, constant, error in (
        ("ebops", known.lut_per_ebop, "matrix_lut"),
        ("cost", known.lut_per_da_cost, "da_cost"),
    ):
        if row.get(column):
            figure = Figure.spread(constant * float(row[column]), known.spread(error), known.evidence(error))
            luts.append(figure.value)
            lines.append(line(name, f"lut/{column}", figure, measured("lut")))
    if luts:
        ff = Figure.spread(
            known.ff_per_lut * luts[-1] * math.sqrt(0.5), known.spread("ff"), known.evidence("ff")
        )
        lines.append(line(name, "ff", ff, measured("ff")))
        period = reachable_period(luts[-1], part("xcvu13p"), known)
        figure = Figure.spread(period, known.spread("period_ns"), known.evidence("period_ns"))
        lines.append(line(name, "period_ns", figure, measured("actual_period_ns")))
    return lines


def main() -> None:
    """Predict every row of the given files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--firmware", type=Path, help="CSV of nanoPELICAN firmware")
    parser.add_argument("--placed", type=Path, help="CSV of designs with ebops or cost")
    options = parser.parse_args()
    for row in read_rows(options.firmware.resolve()) if options.firmware else []:
        print("\n".join(firmware(design_of(row))))
    for row in read_rows(options.placed.resolve()) if options.placed else []:
        print("\n".join(placed(row)))


if __name__ == "__main__":
    main()
