"""``fpgajet budgets``: the trigger budgets, and the arithmetic behind them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from fpgajet.cli import output

app = typer.Typer(
    help="List trigger budgets and explain their arithmetic.\n\n"
    "Examples: `fpgajet budgets --json`, `fpgajet budgets show cms-p2-ct-l2 --multiplicity 16`"
)


@app.callback(invoke_without_command=True)
def budgets(
    context: typer.Context, json: Annotated[bool, typer.Option("--json", help=output.JSON_HELP)] = False
) -> None:
    """List the budget presets."""
    if context.invoked_subcommand is not None:
        return
    from fpgajet.devices import budgets as all_budgets

    if json:
        output.print_json([row.model_dump(mode="json") for row in all_budgets()])
        return
    table = Table(box=box.SIMPLE)
    for heading in ("budget", "part"):
        table.add_column(heading, no_wrap=True)
    for heading in ("clock MHz", "latency ns", "TMUX", "jets / event", "II up to"):
        table.add_column(heading, justify="right")
    for row in all_budgets():
        figures = (row.clock_mhz, row.latency_ns, row.tmux, row.jets_per_event, row.highest_ii)
        table.add_row(row.name, row.part, *(f"{x:,.4g}" if x < 1000 else f"{x:,.0f}" for x in figures))
    output.console.print(table)
    for row in all_budgets():
        output.console.print(f"{row.name}: {row.description}", highlight=False, soft_wrap=True, markup=False)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A preset, or a TOML file with your own budget.")],
    multiplicity: Annotated[int, typer.Option(min=1, help="Constituents per jet.")] = 16,
    json: Annotated[bool, typer.Option("--json", help=output.JSON_HELP)] = False,
) -> None:
    """Explain one budget step by step: clocks, words, serialisation, intervals.

    Example: `fpgajet budgets show cms-p2-ct-l2 --multiplicity 16`
    """
    from fpgajet.devices import budget
    from fpgajet.devices.explain import derived, explain

    chosen = budget(name)
    if json:
        output.print_json(chosen.model_dump(mode="json") | {"derived": derived(chosen, multiplicity)})
        return
    output.console.print(f"[bold]{escape(chosen.name)}[/]: {escape(chosen.description)}", highlight=False)
    for line in explain(chosen, multiplicity):
        output.console.print(f"- {line}", highlight=False, soft_wrap=True)
    note = f"source: {chosen.source}" + (f"; to check: {chosen.check}" if chosen.check else "")
    output.console.print(note, highlight=False, soft_wrap=True, markup=False)
