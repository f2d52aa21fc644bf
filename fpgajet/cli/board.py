"""``fpgajet board``: a tagger on a board with a serial port."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json
from fpgajet.errors import Mismatch, require_extra

app = typer.Typer(no_args_is_help=True, help="Put a tagger onto a board, and talk to it.")


@app.command(no_args_is_help=True)
def build(
    model: Annotated[str, typer.Argument(help="Zoo name (`fpgajet models`) or checkpoint directory.")],
    board: Annotated[str, typer.Option(help="Which board: ulx3s or tangnano20k.")] = "ulx3s",
    out: Annotated[Path | None, typer.Option(help="Build directory; default builds/MODEL-BOARD.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    """
    From a model to a bitstream: build, certify, simulate the board, synthesise, place, route, pack.

    What is up to date is not done again, and an interrupted run goes on. Bitstream, logs of Yosys and of the router and
    the files for `fpgajet board run` are in the folder that it names.

    Example:

        fpgajet board build npelican-n8-c2 --board ulx3s

    Exit codes: 0 bitstream made or up to date, 2 bad input, 3 implementations differ, 4 does not fit or is too slow,
    5 a tool is missing, 6 a tool failed, 7 cannot write, 130 interrupted.
    """
    from fpgajet.cli.reporter import reporter
    from fpgajet.pipeline.board_build import run_board_build

    require_extra("torch", "brevitas", "hls4ml", "qonnx", "onnxruntime")
    command = shlex.join(["fpgajet", *sys.argv[1:]])
    made = run_board_build(model, board, out, reporter=reporter(), command=command)
    if as_json:
        print_json(made.as_dict())
    else:
        facts = made.manifest
        line = f"{made.bitstream}: {facts['fmax_mhz']} MHz by the router, {facts['used']['lut']:,} look-up tables"
        console.print(
            line if made.new else f"{line} (up to date)", highlight=False, soft_wrap=True, markup=False
        )
        console.print(
            f"fpgajet board run {made.folder} --port PORT", highlight=False, soft_wrap=True, markup=False
        )
    return 0


@app.command(no_args_is_help=True)
def run(
    export_dir: Annotated[Path, typer.Argument(help="Folder made by `fpgajet export --target board-...`.")],
    port: Annotated[str, typer.Option(help="Serial port, or `simulation`: the Verilog in its place.")],
    events: Annotated[
        Path | None, typer.Option(help="Jets instead of the shipped sample: jet file, or .npy.")
    ] = None,
    jets: Annotated[int, typer.Option(help="At most so many.", min=1)] = 10_000,
    trust: Annotated[bool, typer.Option("--trust", help="Simulate files of another user too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    """
    Send jets to a board, compare its scores with the integer reference, and say how many a second it took.

    Frames carry a number and a CRC: what is damaged, lost or doubled is named and sent again.

    Examples:

        fpgajet board run builds/npelican-n8-c2-xcvu9p/export/npelican_n8_c2_v1-board-ulx3s --port /dev/ttyUSB0

        fpgajet board run EXPORT_DIR --port simulation --jets 1000

    Exit codes: 0 equal, 2 bad input or another tagger on the board, 3 scores differ, 5 a tool is missing, 6 no answer.
    """
    from fpgajet.cli.reporter import reporter
    from fpgajet.pipeline.board_run import run_board

    found = run_board(export_dir, port, events=events, jets=jets, trust=trust, reporter=reporter())
    if as_json:
        print_json(
            {
                "jets": found.jets,
                "differences": found.differences,
                "jets_per_second": round(found.jets_per_second, 1),
                "frames_sent": found.tally.sent,
                "frames_repeated": found.tally.repeated,
                "faults": dict(found.tally.faults),
            }
        )
    else:
        console.print(
            f"{found.jets:,} jets, {found.differences} scores differ from the reference, "
            f"{found.jets_per_second:,.0f} jets per second",
            highlight=False,
        )
        console.print(found.tally.sentence(), highlight=False)
    if found.differences:
        raise Mismatch(
            f"{found.differences} of {found.jets} scores from {port} differ from the integer reference of {export_dir}."
        )
    return 0
