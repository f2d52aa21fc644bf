"""Metrics of taggers with a score for each of several classes, on a terminal."""

from __future__ import annotations

from typing import Any

from fpgajet.cli.output import console, narrow_table


def print_classes(report: dict[str, Any]) -> None:
    """Accuracy and AUCs of float and quantised model; confusion and rejection matrix of the quantised one."""
    from fpgajet.report.words import measured

    names = report["classes"]
    table = narrow_table("", "accuracy", "mean AUC", *(f"AUC\n{name}" for name in names))
    for precision in ("float", "quantised"):
        row = report[precision]
        keys = ("accuracy", "auc", *(f"auc_{name}" for name in names))
        cells = (measured(row[key], row[f"{key}_error"], 4).replace(" ± ", "\n± ") for key in keys)
        table.add_row(precision, *cells)
    console.print(table)
    _regression(report)
    found = report["quantised"]
    _matrix("quantised: jets of a row's class that are taken for a column's", names, found["confusion"])
    _matrix("quantised: 1 / efficiency for a column's class at 0.3 for a row's", names, found["rejection_30"])


def _regression(report: dict[str, Any]) -> None:
    table = narrow_table("value", "", "bias", "resolution")
    for precision in ("float", "quantised"):
        for name, found in report[precision].get("regression", {}).items():
            both = ("bias", "resolution")
            figures = (f"{100 * found[key]:.2f} ± {100 * found[f'{key}_error']:.2f} %" for key in both)
            table.add_row(name, precision, *figures)
            of_jet = (f"{100 * found[f'jet_{key}']:.2f} %" for key in both)
            if precision == "quantised":
                table.add_row(name, "of the jet itself", *of_jet)
    if table.row_count:
        console.print(table)


def _matrix(title: str, names: list[str], rows: list[list[float | None]]) -> None:
    table = narrow_table("", *names, title=title)
    for name, row in zip(names, rows, strict=True):
        table.add_row(name, *("-" if value is None else f"{value:,.4g}" for value in row))
    console.print(table)
