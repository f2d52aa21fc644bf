"""``fpgajet export``: the integer emulator of a build, for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json


class Target(StrEnum):
    """What an export is for."""

    C = "c"


EXAMPLE = """
Write what leaves the build directory. Target `c`: header, C99 source, Makefile, test program with test vectors,
and a Python module, for an emulator that computes the firmware's score with plain integers. It is compiled here and
compared with the integer reference on real jets and edge vectors first. Nothing is exported if a bit differs.

Example:

    fpgajet export builds/npelican-xcvu9p --target c --version 2

Exit codes: 0 exported, 2 bad input, 3 the emulator differs, 5 no C compiler, 6 the compiler failed, 7 cannot write.
"""


def export(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    target: Annotated[
        Target, typer.Option(help="What to write: c, an emulator with a C interface.")
    ] = Target.C,
    name: Annotated[str | None, typer.Option(help="Name of the export; default: the model's.")] = None,
    version: Annotated[int, typer.Option(help="Version, part of every name in the export.", min=1)] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder; default: BUILD_DIR/export/NAME_vVERSION.")] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="Jets instead of the shipped sample: jet file, or .npy [jets, N, 4] in GeV."),
    ] = None,
    edge_vectors: Annotated[
        int, typer.Option(help="How many edge vectors to compare on.", min=10, max=10_000_000)
    ] = 10_000,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet.cli.reporter import reporter
    from fpgajet.pipeline.export_flow import run_export

    done = run_export(
        build_dir,
        name=name,
        version=version,
        out=out,
        events=events,
        edges=edge_vectors,
        reporter=reporter(),
    )
    if as_json:
        document = {"target": target.value, "name": done.name, "folder": str(done.folder)}
        print_json(document | {"events_compared": done.events, "differences": 0})
    else:
        console.print(
            f"{done.name}: equal to the integer reference on {done.events:,} events; in {done.folder}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return 0


export.__doc__ = EXAMPLE
