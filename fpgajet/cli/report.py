"""``fpgajet report``: write a build's report again, or print it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json

EXAMPLE = """
Write a build's report again from its results, and print it.

Examples:

    fpgajet report builds/npelican-xcvu9p

    fpgajet report builds/npelican-xcvu9p --json
"""


def report(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from rich.markdown import Markdown

    from fpgajet.files import read_json
    from fpgajet.pipeline.build import refresh_report
    from fpgajet.pipeline.paths import existing_build

    build = existing_build(build_dir)
    written = refresh_report(build)
    if as_json:
        print_json(read_json(written.with_suffix(".json")))
    else:
        console.print(Markdown(written.read_text(encoding="utf-8")))
    return 0


report.__doc__ = EXAMPLE
