"""``fpgajet rtl``: cycle-exact Verilog of a built model, simulated and counted with open tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fpgajet.cli.output import JSON_HELP, console, print_json

if TYPE_CHECKING:
    from fpgajet.rtl import RtlResult

EXAMPLE = """
Write pipelined Verilog of a model, simulate it against the reference, and count its cells.

Takes a directory that holds `model.onnx` (as `fpgajet build` makes), writes to its folder `rtl`.

Examples:

    fpgajet rtl builds/npelican-xcvu9p

    fpgajet rtl builds/npelican-xcvu9p --clock-mhz 320 --no-synth --json

    fpgajet rtl builds/npelican-xcvu9p --ii 3

    fpgajet rtl builds/npelican-xcvu9p --language vhdl

    fpgajet rtl builds/npelican-xcvu9p --check

    fpgajet rtl --tools

`--check` writes nothing: it simulates the Verilog as it lies in the build against the model that the build recorded.
What Verilator makes of the files runs with your rights.

Exit codes: 0 exact, 2 bad input, 3 Verilog and reference differ, or with `--check` a file was changed,
5 a tool is missing, 6 a tool failed, 7 cannot write, 130 interrupted (stages counted so far are kept).
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
    max_dsp: Annotated[int | None, typer.Option(help="At most this many products in DSP blocks.")] = None,
    ii: Annotated[
        int, typer.Option(help="Clocks between jets, 1 to 16; above 1 equal parts share hardware.")
    ] = 1,
    language: Annotated[
        str, typer.Option(help="verilog; vhdl: VHDL-2008 of the same circuit as well, in rtl/vhdl.")
    ] = "verilog",
    synth: Annotated[bool, typer.Option(help="Count cells with Yosys (minutes; cached).")] = True,
    jets: Annotated[int, typer.Option(help="How many jets to simulate.", min=0)] = 10_000,
    check: Annotated[
        bool,
        typer.Option("--check", help="Simulate what lies there, write nothing; with --jets, --json only."),
    ] = False,
    trust: Annotated[bool, typer.Option("--trust", help="With --check, also files of another user.")] = False,
    tools: Annotated[bool, typer.Option("--tools", help="List the tools that this command uses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    if tools:
        return _show_tools(as_json)
    from fpgajet.cli.reporter import reporter
    from fpgajet.errors import BadInput
    from fpgajet.pipeline.rtl_flow import run_rtl
    from fpgajet.rtl.options import RtlOptions

    if build_dir is None:
        raise BadInput("Which build? Give a directory with model.onnx, for example builds/npelican-xcvu9p.")
    options = RtlOptions(stages=stages, multipliers=multipliers, max_dsp=max_dsp, ii=ii, language=language)
    if check:
        if clock_mhz is not None or part is not None or options != RtlOptions() or jets < 1:
            raise BadInput(
                "--check takes the circuit as it lies there: of the options only --jets and --json."
            )
        return _check(build_dir, jets, trust=trust, as_json=as_json)
    result = run_rtl(
        build_dir,
        clock_mhz=clock_mhz,
        part=part,
        options=options,
        synth=synth,
        jets=jets,
        reporter=reporter(),
    )
    if as_json:
        found = {"compared": result.compared, "differences": result.differences, "vhdl": result.vhdl}
        print_json({"hardware": [result.hardware.as_dict()]} | found)
    else:
        _show(result, build_dir)
    return 0


def _check(build_dir: Path, jets: int, *, trust: bool, as_json: bool) -> int:
    from fpgajet.cli.reporter import reporter
    from fpgajet.pipeline.rtl_check import check_rtl

    checked = check_rtl(build_dir, jets, reporter(), trust=trust)
    if as_json:
        print_json({"compared": checked.compared, "differences": 0, "vhdl": checked.vhdl})
    else:
        console.print(f"{checked.compared:,} jets simulated as the Verilog lies there, 0 scores differ")
    return 0


def _show(result: RtlResult, build_dir: Path) -> None:
    row, table = result.hardware, Table("figure", "value", "evidence")
    assert isinstance(row.evidence, dict)
    for key in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram", "carry8"):
        value, ends = getattr(row, key), row.intervals.get(key)
        text = "-" if value is None else f"{value:,.6g}"
        table.add_row(
            key, text + (f" ({ends[0]:,.6g} - {ends[1]:,.6g})" if ends else ""), escape(row.evidence[key])
        )
    if ends := row.intervals.get("period_ns"):
        table.add_row("period_ns", f"{ends[0]} - {ends[1]}", escape(row.evidence["period_ns"]))
    # A title of the table would break a long path over lines.
    console.print(f"RTL of {build_dir}", markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    simulated = f"{result.compared:,} jets simulated, {result.differences} scores differ"
    console.print(simulated if result.compared else "not simulated (--jets 0)", highlight=False)
    if result.vhdl:
        console.print(
            f"VHDL: {result.vhdl['compared']} jets simulated, {result.vhdl['differences']} scores differ",
            highlight=False,
        )


rtl.__doc__ = EXAMPLE


def _show_tools(as_json: bool) -> int:
    from dataclasses import asdict

    from fpgajet.rtl.tools.installed import available

    found = available()
    if as_json:
        print_json({name: asdict(tool) for name, tool in found.items()})
        return 0
    table = Table("tool", "found", "needed for", "how to install")
    for tool in found.values():
        # escaped: rich would take the [rtl] of "fpgajet[rtl]" for markup, and leave it out
        install = "" if tool.present else escape(tool.install)
        table.add_row(tool.name, tool.version or "no", tool.purpose, install)
    console.print(table)
    return 0
