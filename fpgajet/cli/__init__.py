"""The command line: thin commands over the packages; heavy libraries are imported inside commands."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Annotated, NoReturn

import typer

import fpgajet
from fpgajet import signals
from fpgajet.cli import output
from fpgajet.errors import INTERRUPTED_EXIT_CODE

#: Circuits are millions of objects without cycles. Looked for as often as by default, these take a third of the time.
COLLECTION = (100_000, 20, 100)

app = typer.Typer(
    name="fpgajet",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Lorentz-equivariant jet taggers on FPGAs: train, convert, prove exact, check the trigger budget.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fpgajet {fpgajet.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


#: By command, the module in this package that owns it, and its function; or the group of commands that it has.
COMMANDS = {
    "build": ("build", "build"),
    "csim": ("csim", "csim"),
    "prove": ("prove", "prove"),
    "synth": ("synth", "synth"),
    "rtl": ("rtl", "rtl"),
    "weights": ("weights", "weights"),
    "report": ("report", "report"),
    "models": ("models", "models"),
    "train": ("train", "train"),
    "eval": ("evaluate", "evaluate"),
    "explain": ("explain", "explain"),
    "compare": ("compare", "compare"),
    "compress": ("compress", "compress"),
    "search": ("search", "app"),
    "estimate": ("estimate", "estimate"),
    "verdict": ("verdict", "verdict"),
    "check": ("check", "check"),
    "export": ("export", "export"),
    "board": ("board", "app"),
    "parts": ("parts", "parts"),
    "budgets": ("budgets", "app"),
    "data": ("data", "app"),
    "patterns": ("patterns", "app"),
    "import": ("importing", "app"),
}


def _register(wanted: str = "") -> None:
    """Attach every command, or only ``wanted`` if there is such a one: importing the others takes half a second."""
    for name in [wanted] if wanted in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(f"fpgajet.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)


def main() -> NoReturn:
    """Run the app, print failures in one paragraph, exit with their code."""
    gc.set_threshold(*COLLECTION)
    try:
        _register(*sys.argv[1:2])
        code = output.run(app)
    except BaseException:
        if not signals.received():
            raise
        code = signals.exit_code()
    if signals.received() or code == INTERRUPTED_EXIT_CODE:
        signals.end(code)
    sys.exit(code)
