"""``fpgajet report``: write a build's report again, or print it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json


class Format(StrEnum):
    """Output formats of the command."""

    text = "text"
    json = "json"
    hls4ml = "hls4ml"


EXAMPLE = """
Write a build's report again from its results, and print it. Results that are not those of the build, by the hashes in
build.json, are named and not reported without `--force`.

Examples:

    fpgajet report builds/npelican-xcvu9p

    fpgajet report builds/npelican-xcvu9p --json

    fpgajet report builds/npelican-xcvu9p --format hls4ml
"""


def report(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    form: Annotated[
        Format, typer.Option("--format", help="What to print: text, our JSON, or hls4ml's report keys.")
    ] = Format.text,
    force: Annotated[
        bool, typer.Option("--force", help="Also from files changed after the build; the report names them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from rich.markdown import Markdown

    from fpgajet.files import read_json
    from fpgajet.folders import exclusive
    from fpgajet.pipeline.artefacts import Artefacts
    from fpgajet.pipeline.paths import existing_build
    from fpgajet.pipeline.reporting import refresh_report
    from fpgajet.report.hls4ml import hls4ml_report

    build = existing_build(build_dir)
    with exclusive(build_dir):
        report, written = refresh_report(Artefacts(build), force=force), build.report
    if form is Format.hls4ml:
        print_json(hls4ml_report(report))
    elif as_json or form is Format.json:
        print_json(read_json(written.with_suffix(".json")))
    else:
        console.print(Markdown(written.read_text(encoding="utf-8")))
    return 0


report.__doc__ = EXAMPLE
