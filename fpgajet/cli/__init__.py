"""The command line: thin commands over the packages; heavy libraries are imported inside commands."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

import fpgajet
from fpgajet import signals
from fpgajet.cli import output
from fpgajet.errors import INTERRUPTED_EXIT_CODE

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


def _register() -> None:
    """Attach every command; each module in ``fpgajet.cli`` owns its commands."""
    from fpgajet.cli import (
        budgets,
        build,
        check,
        compare,
        compress,
        csim,
        data,
        estimate,
        evaluate,
        explain,
        export,
        importing,
        models,
        parts,
        patterns,
        prove,
        report,
        rtl,
        synth,
        train,
        verdict,
    )

    app.command("build")(build.build)
    app.command("csim")(csim.csim)
    app.command("prove")(prove.prove)
    app.command("synth")(synth.synth)
    app.command("rtl")(rtl.rtl)
    app.command("report")(report.report)
    app.command("models")(models.models)
    app.command("train")(train.train)
    app.command("eval")(evaluate.evaluate)
    app.command("explain")(explain.explain)
    app.command("compare")(compare.compare)
    app.command("compress")(compress.compress)
    app.command("estimate")(estimate.estimate)
    app.command("verdict")(verdict.verdict)
    app.command("check")(check.check)
    app.command("export")(export.export)
    app.command("parts")(parts.parts)
    app.add_typer(budgets.app, name="budgets")
    app.add_typer(data.app, name="data")
    app.add_typer(patterns.app, name="patterns")
    app.add_typer(importing.app, name="import")


def main() -> NoReturn:
    """Run the app, print failures in one paragraph, exit with their code."""
    try:
        _register()
        code = output.run(app)
    except BaseException:
        if not signals.received():
            raise
        code = signals.exit_code()
    if signals.received() or code == INTERRUPTED_EXIT_CODE:
        signals.end(code)
    sys.exit(code)
