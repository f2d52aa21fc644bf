"""``fpgajet estimate``: latency and resources before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from fpgajet.cli.output import JSON_HELP, console, print_json

if TYPE_CHECKING:
    from fpgajet.estimate import Estimate, Figure, Verdict
    from fpgajet.estimate.sources import Source

#: So many names of a list are printed.
MOST_NAMES = 6

EXAMPLE = """
Latency, initiation interval and resources of a model on a part, operator by operator, without building.

MODEL is an ONNX file (our operators; or QONNX, QCDQ and plain ONNX with Dense, ReLU, batch norm, pooling ...), a
build directory, a directory made by `fpgajet train`, or a name of `fpgajet models`. Every figure has an 80 % range.
Layers that an ONNX file leaves unquantised get the precision that hls4ml would give them, and the output says so.

Examples:

    fpgajet estimate npelican --part xcvu9p --clock-mhz 200

    fpgajet estimate model.onnx --part xcvu13p --budget cms-p2-ct-l2 --json

    fpgajet estimate float.onnx --part xcvu13p --default-precision "ap_fixed<18,8>"
"""


def estimate(
    model: Annotated[str, typer.Argument(help="ONNX file, build directory, training run or zoo name.")],
    part: Annotated[str | None, typer.Option(help="FPGA; default: the budget's.")] = None,
    clock_mhz: Annotated[float | None, typer.Option(help="Clock in MHz; default: the budget's.")] = None,
    ii: Annotated[int, typer.Option(help="Clocks between two jets.")] = 1,
    budget: Annotated[str | None, typer.Option(help="Preset or TOML file: adds the verdict.")] = None,
    default_precision: Annotated[
        str | None,
        typer.Option(help="Precision of unquantised layers of an ONNX file; default: ap_fixed<16,6>."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Count a marginal verdict as missed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet import api
    from fpgajet.errors import BudgetMissed

    found = api.estimate(
        model, part=part, clock_mhz=clock_mhz, ii=ii, budget=budget, default_precision=default_precision
    )
    if as_json:
        print_json(found.as_dict())
    else:
        _show(found.source, found.figures, found.verdict)
        for row in found.shortfalls:
            text = row.sentence(found.device.full_name)
            console.print(f"[bold red]{text}[/]", highlight=False, soft_wrap=True)
    judged = found.verdict
    if judged is not None and not judged.accepted(strict):
        missed = ", ".join(row.name for row in judged.rows if row.status != "pass")
        raise BudgetMissed(f"{found.source.name} does not meet the budget {judged.budget}: {missed}.")
    return 0


estimate.__doc__ = EXAMPLE


def _assumption(source: Source) -> str:
    """Which tensors have a precision that the file does not state."""
    assert source.precision is not None
    names = ", ".join(source.assumed[:MOST_NAMES])
    rest = len(source.assumed) - MOST_NAMES
    return (
        f"assumed {source.precision.ap_fixed()} (--default-precision) for what the file leaves unquantised: {names}"
        + (f" and {rest} more" if rest > 0 else "")
    )


def _show(source: Source, result: Estimate, judged: Verdict | None) -> None:
    console.print(
        f"[bold]{escape(source.name)}[/] on {result.part} at {result.clock_mhz:g} MHz", highlight=False
    )
    table = Table(box=box.SIMPLE)
    table.add_column("operator", no_wrap=True)
    for heading in ("start", "cycles", "LUT", "FF", "DSP", "BRAM"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in result.operators:
        table.add_row(
            escape(row.name), f"{row.start_cycle:.1f}", f"{row.latency_cycles.value:.1f}",
            *(f"{x.value:,g}" for x in (row.lut, row.ff, row.dsp, row.bram)),
        )  # fmt: skip
    console.print(table)
    if source.precision is not None:
        console.print(escape(_assumption(source)), highlight=False, soft_wrap=True)
    for label, row in (("logic synthesis", result.total), ("HLS report", result.csynth)):
        figures = (("LUT", row.lut), ("FF", row.ff), ("DSP", row.dsp), ("BRAM", row.bram))
        text = ", ".join(f"{unit} {_with_range(figure)}" for unit, figure in figures)
        console.print(f"expected of {label}: {text}", highlight=False, soft_wrap=True)
    total = result.total
    text = f"latency {_with_range(total.latency_cycles)} cycles = {_with_range(total.latency_ns)} ns"
    period = f"clock period after place and route {_with_range(result.period_ns)} ns"
    console.print(f"{text}, II {total.ii.value:g}; {period}", highlight=False, soft_wrap=True)
    for name in ("latency_cycles", "lut", "ff", "dsp"):
        evidence = getattr(total, name).evidence
        console.print(f"  [dim]{name}: {evidence}[/]", highlight=False, soft_wrap=True)
    if judged is not None:
        from fpgajet.report.words import STATUS, quantity

        console.print(f"verdict against {judged.budget}: [bold]{STATUS[judged.status]}[/]", highlight=False)
        for line in judged.rows:
            value, limit = quantity(line.value, line.unit), quantity(line.limit, line.unit)
            text = f"  {STATUS[line.status]:9s}{line.name}: {value}, limit {limit} ({line.explanation})"
            console.print(text, highlight=False, soft_wrap=True)


def _with_range(figure: Figure) -> str:
    from fpgajet.report.words import number

    if figure.low == figure.high:
        return number(figure.value)
    return f"{number(figure.value)} ({number(figure.low)} - {number(figure.high)})"
