"""``fpgajet data``: generate, convert, check and plot jets."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Generate, convert, check and plot jets.")
