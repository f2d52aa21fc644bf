"""``fpgajet patterns``: pattern files of boards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json
from fpgajet.errors import BadInput, Mismatch

app = typer.Typer(no_args_is_help=True, help="Compare what a board returned with what was expected.")


@app.command(no_args_is_help=True)
def compare(
    returned: Annotated[Path, typer.Argument(help="What a board returned: EMPv2, EMPv1 or APx.")],
    expected: Annotated[Path, typer.Argument(help="What was expected, in any of these formats.")],
    interface: Annotated[
        Path | None,
        typer.Option(help="interface.json of the export; default: the one above the expected file."),
    ] = None,
    inputs: Annotated[bool, typer.Option("--inputs", help="The files hold inputs, not answers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    """
    Compare two pattern files by their valid frames, whatever the delay between them, and name the first wrong jet,
    frame and field.

    Example:

        fpgajet patterns compare captured.txt export/tagger_v1-emp/patterns/EMPv2/out_000.txt

    Exit codes: 0 equal, 2 bad input, 3 they differ.
    """
    from fpgajet.export.patterns.compare import Layout, compare_patterns

    if interface is None:
        folders = expected.resolve().parents[:3]
        interface = next((f / "interface.json" for f in folders if (f / "interface.json").is_file()), None)
    elif not interface.is_file():
        raise BadInput(f"{interface} does not exist. Give interface.json of the export.")
    layout = None if interface is None else Layout.read(interface)
    found = compare_patterns(returned, expected, layout, "inputs" if inputs else "outputs")
    if as_json:
        print_json(
            {"frames_compared": found.frames, "equal": not found.difference, "difference": found.difference}
        )
    if found.difference:
        raise Mismatch(f"{returned} differs from {expected}: {found.difference}")
    if not as_json:
        console.print(f"{found.frames:,} valid frames agree", highlight=False, markup=False)
    return 0
