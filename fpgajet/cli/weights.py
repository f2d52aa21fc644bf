"""``fpgajet weights``: another run's classifier for a firmware with weights in registers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json


def weights(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by fpgajet build --rewritable.")],
    run: Annotated[str, typer.Argument(help="Run with the same features, or a model of the zoo.")],
    classifier: Annotated[
        str | None, typer.Option(help="Run whose weights give way, where the firmware has several.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File; default: weights/RUN.json in the build.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Turn the classifier of a run into a list of writes to the registers of a firmware.

    The features must be those of the firmware, and every weight must fit its register; else nothing is written.

    Example: `fpgajet weights builds/zprime-xcvu13p runs/ttH`

    Exit codes: 0 written, 2 the run does not fit this firmware, 3 its scores differ, 7 cannot write.
    """
    from fpgajet.pipeline.weights_flow import weight_writes

    found = weight_writes(build_dir, run, classifier, out)
    if as_json:
        print_json(found.document)
        return
    console.print(
        f"{len(found.document['writes'])} weights of {found.document['run']} for {found.document['classifier']}, then "
        f"a commit; scores equal those of the run on {found.compared:,} events: {found.path}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
