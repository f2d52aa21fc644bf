"""``fpgajet rtl``: cycle-exact Verilog of a built model, simulated and counted with open tools."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fpgajet.cli.output import JSON_HELP, console, print_json

if TYPE_CHECKING:
    from fpgajet.devices.hardware_row import HardwareRow
    from fpgajet.rtl import RtlResult
    from fpgajet.rtl.route.routed import Routed

EXAMPLE = """
Write pipelined Verilog of a model, simulate it against the reference, and count its cells.

Takes a directory that holds `model.onnx` (as `fpgajet build` makes), writes to its folder `rtl`.

Examples:

    fpgajet rtl builds/npelican-xcvu9p

    fpgajet rtl builds/npelican-xcvu9p --clock-mhz 320 --no-synth --json

    fpgajet rtl builds/npelican-xcvu9p --ii 3

    fpgajet rtl builds/npelican-xcvu9p --language vhdl

    fpgajet rtl builds/npelican-xcvu9p --check

    fpgajet rtl builds/npelican-n8-c2-xcvu9p --target ecp5-85k --ii 6

    fpgajet rtl --tools

`--check` writes nothing: it simulates the Verilog as it lies in the build against the model that the build recorded.
What Verilator makes of the files runs with your rights.

`--target` (or such a part as `--part`) places and routes the tagger with nextpnr, in `routed/TARGET`, and adds the
outcome to the report: cells, clock with its spread over the seeds, and the critical path. It needs the extra `board`.

Exit codes: 0 exact, 2 bad input, 3 Verilog and reference differ, or with `--check` a file was changed,
4 does not fit the target, 5 a tool is missing, 6 a tool failed, 7 cannot write, 130 interrupted (stages counted and
seeds routed so far are kept).
"""


def rtl(
    build_dir: Annotated[Path | None, typer.Argument(help="Directory with model.onnx.")] = None,
    clock_mhz: Annotated[
        float | None,
        typer.Option(help="Clock to place registers for; default: the build's.", min=1, max=1000),
    ] = None,
    part: Annotated[str | None, typer.Option(help="FPGA, short or full name; default: the build's.")] = None,
    target: Annotated[
        str | None, typer.Option(help="Place and route with open tools: ecp5-85k, ecp5-25k, gowin-20k.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="With --target: placements.", min=1, max=100)] = 3,
    timeout: Annotated[
        float, typer.Option(help="With --target: seconds for one run of a tool.", min=1)
    ] = 7200,
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
    from fpgajet.devices.open_parts import find_open_part
    from fpgajet.errors import BadInput
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
    if target is None and part is not None and find_open_part(part):
        target = part
    if target is not None:
        from fpgajet.pipeline.route_flow import RouteSettings, run_route

        routed = run_route(
            build_dir, target, clock_mhz=clock_mhz, options=options, jets=jets,
            settings=RouteSettings(seeds, timeout), reporter=reporter(),
        )  # fmt: skip
        return _show_routed(routed, build_dir, as_json)
    from fpgajet.pipeline.rtl_flow import run_rtl

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
    # A title of the table would break a long path over lines.
    console.print(f"RTL of {build_dir}", markup=False, highlight=False, soft_wrap=True)
    console.print(_figures(result.hardware))
    simulated = f"{result.compared:,} jets simulated, {result.differences} scores differ"
    console.print(simulated if result.compared else "not simulated (--jets 0)", highlight=False)
    if result.vhdl:
        console.print(
            f"VHDL: {result.vhdl['compared']} jets simulated, {result.vhdl['differences']} scores differ",
            highlight=False,
        )


def _show_routed(routed: Routed, build_dir: Path, as_json: bool) -> int:
    runs = [{"seed": run.seed, "fmax_mhz": round(run.fmax_mhz, 2)} for run in routed.runs]
    if as_json:
        path = asdict(routed.path) | {"cells": dict(routed.path.cells)}
        print_json({"hardware": [routed.row.as_dict()], "runs": runs, "critical_path": path})
        return 0
    console.print(f"{build_dir} on {routed.part.name}", markup=False, highlight=False, soft_wrap=True)
    console.print(_figures(routed.row))
    clocks = ", ".join(f"{run['fmax_mhz']:.1f} (seed {run['seed']})" for run in runs)
    console.print(f"clock in MHz: {clocks}", highlight=False)
    console.print(f"critical path: {routed.path.sentence()}", highlight=False, markup=False, soft_wrap=True)
    return 0


def _figures(row: HardwareRow) -> Table:
    table = Table("figure", "value", "evidence")
    assert isinstance(row.evidence, dict)
    for key in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram", "carry8"):
        if key not in row.evidence:
            continue
        value, ends = getattr(row, key), row.intervals.get(key)
        text = "-" if value is None else f"{value:,.6g}"
        table.add_row(
            key, text + (f" ({ends[0]:,.6g} - {ends[1]:,.6g})" if ends else ""), escape(row.evidence[key])
        )
    if ends := row.intervals.get("period_ns"):
        table.add_row("period_ns", f"{ends[0]} - {ends[1]}", escape(row.evidence["period_ns"]))
    return table


rtl.__doc__ = EXAMPLE


def _show_tools(as_json: bool) -> int:
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
