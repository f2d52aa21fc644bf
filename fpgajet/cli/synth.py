"""``fpgajet synth``: run the vendor's tools on a build, where they are installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json

EXAMPLE = """
Run Vitis HLS or Vivado HLS on a build's project, read its reports, and add them to the build's report.

The vendor tool compiles and runs the C++ test bench in BUILD_DIR/hls with your rights; its Tcl is written anew.
Files of another user need `--trust`.

Examples:

    fpgajet synth builds/npelican-xcvu9p

    fpgajet synth builds/npelican-xcvu9p --cosim --vsynth --json

Exit codes: 0 done, 5 no vendor tool on PATH (the message says which), 6 the tool failed, 2 bad input.
"""


def synth(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    cosim: Annotated[bool, typer.Option("--cosim", help="C/RTL co-simulation as well.")] = False,
    vsynth: Annotated[bool, typer.Option("--vsynth", help="Vivado logic synthesis as well.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Also with files of another user.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet.cli.build_tables import hardware_table
    from fpgajet.cli.reporter import reporter
    from fpgajet.hls.synth import SynthesisSteps
    from fpgajet.pipeline.synth import run_synth

    rows, report = run_synth(build_dir, SynthesisSteps(cosim, vsynth), reporter(), trust=trust)
    if as_json:
        print_json({"hardware": [row.as_dict() for row in rows], "report": str(report)})
        return 0
    console.print(hardware_table(rows))
    console.print(f"report: {report}", highlight=False)
    return 0


synth.__doc__ = EXAMPLE
