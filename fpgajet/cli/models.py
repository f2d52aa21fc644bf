"""``fpgajet models``: what is in the zoo."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column

from fpgajet.cli.output import JSON_HELP, console, narrow_table, print_json

EXAMPLE = """
List the trained models that come with fpgajet; `fpgajet build --model NAME` takes any of them.

Examples:

    fpgajet models

    fpgajet models --json
"""

#: Keys of the zoo's entries and their headings in the table; ``--json`` has all keys.
COLUMNS = {
    "name": "name",
    "constituents": "N",
    "channels": "channels",
    "parameters": "par.",
    "parameters_absorbed": "free",
    "parameters_published": "paper",
    "bits": "bits",
    "auc_float": "AUC\nfloat",
    "auc_quantised": "AUC\nquant.",
    "inverse_background_efficiency_30": "1/eps_B\nat 0.3",
}


def models(as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False) -> int:
    from quant.zoo import entries

    rows = entries()
    if as_json:
        print_json(rows)
        return 0
    table = narrow_table(Column(COLUMNS["name"], no_wrap=True), *list(COLUMNS.values())[1:])
    for row in rows:
        cells = [_cell(name, row[name]) for name in COLUMNS]
        cells[0] = "\n".join([row["name"], *(f"= {alias}" for alias in row["aliases"])])
        table.add_row(*cells)
    console.print(table)
    return 0


def _cell(name: str, value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if name.startswith("auc") else f"{value:.0f}"
    return "-" if value is None else str(value)


models.__doc__ = EXAMPLE
