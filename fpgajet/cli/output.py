"""What every command shares: consoles, ``--json`` output, error and exit-code handling."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fpgajet.errors import EXTRAS, INTERRUPTED_EXIT_CODE, BadInput, FpgajetError, missing_extra

# Typer >= 0.29 carries its own copy of click; this is the base of all usage errors in either.
UsageFailure: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

# Results go to stdout, progress and errors to stderr, so that --json can be piped.
console = Console()
messages = Console(stderr=True)

JSON_HELP = "Print one JSON document on standard output instead of text."


def narrow_table(*columns: Any, title: str | None = None) -> Table:
    """A table without vertical lines, whose many columns fit 80 characters; columns as for ``rich.table.Table``."""
    return Table(*columns, title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


_printed: list[bool] = []  # whether this process has printed its one document


def print_json(content: Any) -> None:
    """Print ``content`` as JSON on standard output, nothing else."""
    _printed.append(True)
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def run(app: typer.Typer) -> int:
    """Run ``app`` on ``sys.argv``; return the exit code.

    Expected failures (:class:`FpgajetError`) print one paragraph and give their own code; Ctrl-C
    gives 130; a traceback is shown only for bugs, or with ``FPGAJET_TRACEBACK=1``.
    """
    code = _run(app)
    if code == INTERRUPTED_EXIT_CODE:
        messages.print("interrupted; give the same command again to go on", highlight=False)
    return code


def _fail(kind: str, message: str, exit_code: int) -> int:
    """Print a failure; with ``--json`` as a document too, unless the result itself was printed."""
    if "--json" in sys.argv and not _printed:
        print_json({"error": {"kind": kind, "message": message, "exit_code": exit_code}})
    messages.print(f"[bold red]error:[/] {escape(message)}", highlight=False, soft_wrap=True)
    return exit_code


def _misused(error: Any) -> int:
    """Print what is wrong with an option or argument; a command without the arguments it needs prints its help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    command = error.ctx.command_path.removeprefix("python -m ") if error.ctx else "fpgajet"
    message = f"{error.format_message().rstrip('.')}. `{command} --help` says what can be given."
    return _fail(BadInput.kind, message, int(error.exit_code))


def _command(app: typer.Typer) -> Any:
    """Run the command; a package of an extra that is not installed is an expected failure."""
    try:
        return typer.main.get_command(app)(standalone_mode=False)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in EXTRAS:
            raise missing_extra(package) from error
        raise


def _run(app: typer.Typer) -> int:
    try:
        # Typer itself turns Ctrl-C into exit code 130, and hands it back.
        result = _command(app)
        return result if isinstance(result, int) else 0
    except FpgajetError as error:
        if os.environ.get("FPGAJET_TRACEBACK"):
            raise
        return _fail(error.kind, str(error), error.exit_code)
    except typer.Exit as error:
        return int(error.exit_code)
    except UsageFailure as error:
        return _misused(error)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED_EXIT_CODE
    except RuntimeError as error:
        # Ctrl-C while a class was made, in an import: Python before 3.12 wraps what __set_name__ raises.
        if isinstance(error.__cause__, KeyboardInterrupt):
            return INTERRUPTED_EXIT_CODE
        raise
