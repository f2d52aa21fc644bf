"""``fpgajet export``: the tagger of a build, for other programs and other firmware."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json


class Target(StrEnum):
    """What an export is for."""

    C = "c"
    PORTS = "ports"
    AXI_STREAM = "axi-stream"
    CMSSW = "cmssw"
    EMP = "emp"
    BOARD_ULX3S = "board-ulx3s"
    BOARD_TANGNANO20K = "board-tangnano20k"


class JetOrder(StrEnum):
    """How jets follow one another on several links."""

    PACKED = "packed"
    ALIGNED = "aligned"


class FrontEnd(StrEnum):
    """Where the front end works."""

    PARALLEL = "parallel"
    STREAMING = "streaming"


EXAMPLE = """
Write what leaves the build directory. `c`: an emulator that computes the firmware's score with plain integers, with
a C interface. `ports`: the firmware with named ports in Verilog and VHDL, and an interface sheet. `axi-stream`: the
firmware between two AXI4-Streams of 64 bits, as packaged IP. `cmssw`: the emulator as a repository for CMSSW. `emp`:
a payload of the EMP framework for packets of 54 frames, with pattern files. `board-ulx3s`, `board-tangnano20k`: the
tagger behind the serial port of such a board, for `fpgajet board run`, with its bitstream if `--bitstream` is given.
Every target is compiled or simulated
here, and compared with the integer reference on real jets and edge vectors. Nothing is exported if a bit differs.

Example:

    fpgajet export builds/npelican-xcvu9p --target c --target ports --version 2

Exit codes: 0 exported, 2 bad input, 3 the export differs, 4 does not fit the board, 5 a tool is missing,
6 a tool failed, 7 cannot write.
"""


def export(
    build_dir: Annotated[Path, typer.Argument(help="Directory made by `fpgajet build`.")],
    target: Annotated[
        list[Target] | None,
        typer.Option(help="What to write; may be given several times. Default: c."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the export; default: the model's.")] = None,
    version: Annotated[int, typer.Option(help="Version, part of every name in the export.", min=1)] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder of a single target; default: in BUILD_DIR/export.")
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="Jets instead of the shipped sample: jet file, or .npy [jets, N, 4] in GeV."),
    ] = None,
    edge_vectors: Annotated[
        int, typer.Option(help="How many edge vectors to compare on.", min=10, max=10_000_000)
    ] = 10_000,
    score_type: Annotated[
        str, typer.Option(help="Target emp: type of the probability in an answer, unsigned.")
    ] = "ap_ufixed<10,1>",
    threshold: Annotated[
        float, typer.Option(help="Target emp: the least score whose decision bit is set.")
    ] = 0.0,
    links: Annotated[
        int, typer.Option(help="Target emp: links that bring the words of a jet together.", min=1)
    ] = 1,
    jet_order: Annotated[
        JetOrder,
        typer.Option(help="Target emp: jet after jet without gaps, or every jet from the first link on."),
    ] = JetOrder.PACKED,
    front_end: Annotated[
        FrontEnd,
        typer.Option(
            help="Targets emp, axi-stream: the front end on all candidates at once, or on every word as it comes "
            "(input form puppi)."
        ),
    ] = FrontEnd.PARALLEL,
    bitstream: Annotated[
        bool, typer.Option("--bitstream", help="Boards: place, route and pack too (minutes).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet import api
    from fpgajet.cli.reporter import reporter

    exported = api.export(
        build_dir, target=[chosen.value for chosen in target or [Target.C]], name=name, version=version, out=out,
        events=events, edge_vectors=edge_vectors, score_type=score_type, threshold=threshold, links=links,
        jet_order=jet_order.value, front_end=front_end.value, bitstream=bitstream, reporter=reporter(),
    )  # fmt: skip
    if as_json:
        print_json(exported.as_dict())
        return 0
    for one in exported.exports:
        console.print(
            f"{one.target}: {one.name} equals the integer reference on {one.events:,} events; in {one.folder}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return 0


export.__doc__ = EXAMPLE
