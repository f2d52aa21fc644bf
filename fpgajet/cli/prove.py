"""``fpgajet prove``: the Verilog of a build equal to the reference for all inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json

EXAMPLE = """
Prove that the Verilog in a build directory computes the reference's score for every input, not only on events.

The netlist from which the Verilog is written is compared with the integer reference by algebra and enumeration; the
files must be exactly what is written from that netlist. Changes nothing but `counterexample.npy`.

Examples:

    fpgajet prove builds/npelican-xcvu9p

    fpgajet prove builds/npelican-xcvu9p --json

Exit codes: 0 proved, or not proved for a stated reason, 2 bad input, 3 refuted, 5 a tool is missing.
"""


def prove(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`, with Verilog.")],
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet import api
    from fpgajet.cli.reporter import reporter

    proved = api.prove(build_dir, reporter=reporter())
    proved.raise_if_refuted()
    if as_json:
        print_json(proved.as_dict())
    else:
        console.print(proved.sentence, highlight=False)
    return 0


prove.__doc__ = EXAMPLE
