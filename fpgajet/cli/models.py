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
    "parameters": "par.",
    "parameters_published": "paper",
    "auc_quantised": "AUC",
    "inverse_background_efficiency_30": "1/eps_B",
    "shipped_jets_auc": "AUC on\nshipped jets",
    "shipped_jets_inverse_background_efficiency_30": "1/eps_B\non them",
}


def models(as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False) -> int:
    from quant.zoo import entries

    rows = entries()
    if as_json:
        print_json(rows)
        return 0
    table = narrow_table(Column(COLUMNS["name"], no_wrap=True), *list(COLUMNS.values())[1:])
    for row in rows:
        cells = [_cell(name, row[name], row.get(f"{name}_error")) for name in COLUMNS]
        cells[0] = "\n".join([row["name"], *(f"= {alias}" for alias in row["aliases"])])
        table.add_row(*cells)
    console.print(table)
    console.print(
        "Quantised models; 1/eps_B at a signal efficiency of 0.3. The last two columns: 20,000 shipped jets, with "
        "errors from their number; before them: the test jets of the training, which are not shipped. Of several "
        "classes, the mean of the AUCs of each against the rest; shipped are 10,000 jets of five classes.",
        highlight=False,
    )
    return 0


def _cell(name: str, value: str | float | None, error: float | None = None) -> str:
    from fpgajet.report.words import measured

    if error is not None and isinstance(value, float):
        return measured(value, error)
    if isinstance(value, float):
        return f"{value:.4f}" if name.startswith("auc") else f"{value:.0f}"
    return "-" if value is None else str(value)


models.__doc__ = EXAMPLE
