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
    from fpgajet.fixed import FixedType
    from fpgajet.ops.network import Network

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
    from fpgajet.devices import budget as budget_named
    from fpgajet.devices import chosen_clock
    from fpgajet.devices import part as part_named
    from fpgajet.errors import BadInput, BudgetMissed
    from fpgajet.estimate import shortfalls, verdict
    from fpgajet.estimate.sources import of_name

    slot = budget_named() if budget is None else budget_named(budget)
    device = part_named(slot.part if part is None else part)
    clock = chosen_clock(clock_mhz, slot.clock_mhz)
    source = of_name(model, _checkpoint_network, _precision(default_precision))
    if default_precision is not None and source.own:
        raise BadInput(
            f"every tensor of {source.name} has a precision of its own; leave out --default-precision."
        )
    result = source.estimate(device, clock, ii)
    judged = verdict(result, slot, device) if budget is not None else None
    if as_json:
        content = {"name": source.name, **result.as_dict()}
        content["shortfalls"] = [row.as_dict() for row in shortfalls(result, device)]
        if source.precision is not None:
            content["assumed"] = {"precision": source.precision.ap_fixed(), "tensors": list(source.assumed)}
        print_json(content | ({"verdict": judged.as_dict()} if judged else {}))
    else:
        _show(source, result, judged)
        for row in shortfalls(result, device):
            console.print(f"[bold red]{row.sentence(device.full_name)}[/]", highlight=False, soft_wrap=True)
    if judged is not None and not judged.accepted(strict):
        missed = ", ".join(row.name for row in judged.rows if row.status != "pass")
        raise BudgetMissed(f"{source.name} does not meet the budget {slot.name}: {missed}.")
    return 0


estimate.__doc__ = EXAMPLE


def _checkpoint_network(name: str) -> Network:
    from quant.checkpoint import open_checkpoint
    from quant.checkpoint_network import built_network
    from quant.zoo import resolve

    return built_network(open_checkpoint(resolve(name)))


def _precision(text: str | None) -> FixedType | None:
    from fpgajet.errors import BadInput
    from fpgajet.fixed import FixedType

    try:
        return None if text is None else FixedType.from_ap_fixed(text)
    except ValueError as error:
        raise BadInput(f"--default-precision: {error}.") from error


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
