"""``fpgajet data``: generate, convert, check and plot jets."""

from __future__ import annotations

import typer

from fpgajet.cli.data.convert import convert
from fpgajet.cli.data.generate import generate
from fpgajet.cli.data.inspect import info, plot, validate

app = typer.Typer(no_args_is_help=True, help="Generate, convert, check and plot jets.")
for command in (generate, convert, info, validate, plot):
    app.command(no_args_is_help=True)(command)
