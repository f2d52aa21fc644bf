"""``fpgajet rtl``: cycle-exact Verilog of a built model, simulated and counted with open tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fpgajet.cli.output import JSON_HELP, console, messages, print_json

EXAMPLE = """
Write pipelined Verilog of a model, simulate it against the reference, and count its cells.

Takes a directory that holds `model.onnx` (as `fpgajet build` makes), writes to its folder `rtl`.

Examples:

    fpgajet rtl builds/npelican-xcvu9p

    fpgajet rtl builds/npelican-xcvu9p --clock-mhz 320 --no-synth --json

    fpgajet rtl builds/npelican-xcvu9p --ii 3

    fpgajet rtl builds/npelican-xcvu9p --language vhdl

    fpgajet rtl --tools

Exit codes: 0 exact, 2 bad input, 3 Verilog and reference differ, 5 a tool is missing, 6 a tool failed,
7 cannot write.
"""


def rtl(
    build_dir: Annotated[Path | None, typer.Argument(help="Directory with model.onnx.")] = None,
    clock_mhz: Annotated[
        float | None,
        typer.Option(help="Clock to place registers for; default: the build's.", min=1, max=1000),
    ] = None,
    part: Annotated[str | None, typer.Option(help="FPGA, short or full name; default: the build's.")] = None,
    stages: Annotated[
        int | None, typer.Option(help="Pipeline stages instead of what the clock needs.")
    ] = None,
    multipliers: Annotated[
        str, typer.Option(help="Products in: dsp, lut, or auto (narrow ones in LUTs).")
    ] = "dsp",
    max_dsp: Annotated[int | None, typer.Option(help="At most so many products in DSP blocks.")] = None,
    ii: Annotated[int, typer.Option(help="Clocks between jets; above 1 equal parts share hardware.")] = 1,
    language: Annotated[
        str, typer.Option(help="verilog, or vhdl: VHDL-2008 of the same circuit besides, in rtl/vhdl.")
    ] = "verilog",
    synth: Annotated[bool, typer.Option(help="Count cells with Yosys (minutes; cached).")] = True,
    jets: Annotated[int, typer.Option(help="How many jets to simulate.", min=0)] = 10_000,
    tools: Annotated[bool, typer.Option("--tools", help="List the tools that this command uses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    if tools:
        return _show_tools(as_json)
    from fpgajet.errors import BadInput
    from fpgajet.rtl.command import run
    from fpgajet.rtl.options import RtlOptions

    if build_dir is None:
        raise BadInput("Which build? Give a directory with model.onnx, for example builds/npelican-xcvu9p.")
    result = run(
        build_dir,
        clock_mhz=clock_mhz,
        part=part,
        options=RtlOptions(stages=stages, multipliers=multipliers, max_dsp=max_dsp, ii=ii, language=language),
        synth=synth,
        jets=jets,
        say=lambda line: messages.print(line, markup=False, highlight=False, style="dim"),
    )
    row = result.hardware
    if as_json:
        print_json({"hardware": [row], "compared": result.compared, "differences": result.differences})
        return 0
    table = Table("figure", "value", "evidence", title=f"RTL of {build_dir}")
    for key in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram", "carry8"):
        value, ends = row[key], row["intervals"].get(key)
        text = "-" if value is None else f"{value:,.6g}"
        table.add_row(
            key, text + (f" ({ends[0]:,.6g} - {ends[1]:,.6g})" if ends else ""), row["evidence"].get(key)
        )
    if ends := row["intervals"].get("period_ns"):
        table.add_row("period_ns", f"{ends[0]} - {ends[1]}", row["evidence"]["period_ns"])
    console.print(table)
    console.print(f"{result.compared:,} jets simulated, {result.differences} scores differ", highlight=False)
    return 0


rtl.__doc__ = EXAMPLE


def _show_tools(as_json: bool) -> int:
    from dataclasses import asdict

    from fpgajet.rtl.tools import available

    found = available()
    if as_json:
        print_json({name: asdict(tool) for name, tool in found.items()})
        return 0
    table = Table("tool", "found", "needed for", "how to install")
    for tool in found.values():
        table.add_row(tool.name, tool.version or "no", tool.purpose, "" if tool.present else tool.install)
    console.print(table)
    return 0
