"""``fpgajet models``: what is in the zoo."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from fpgajet.cli.output import JSON_HELP, console, print_json

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
    "bits": "bits",
    "auc_float": "AUC float",
    "auc_quantised": "AUC quantised",
}


def models(as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False) -> int:
    from quant.zoo import entries

    rows = entries()
    if as_json:
        print_json(rows)
        return 0
    table = Table(Column(COLUMNS["name"], no_wrap=True), *list(COLUMNS.values())[1:])
    for row in rows:
        cells = [row[name] for name in COLUMNS]
        cells[0] = "\n".join([row["name"], *(f"= {alias}" for alias in row["aliases"])])
        table.add_row(*(f"{c:.4f}" if isinstance(c, float) else str(c) for c in cells))
    console.print(table)
    return 0


models.__doc__ = EXAMPLE
