"""``fpgajet verdict``: reports of vendor tools, of any project, against a trigger budget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgajet.cli.output import JSON_HELP, console, print_json

if TYPE_CHECKING:
    from fpgajet.api import Judged

EXAMPLE = """
Hold reports of Vitis HLS and Vivado against a trigger budget. The project need not be one of fpgajet.

REPORTS are of one design: csynth.xml or NAME_csynth.rpt of Vitis HLS (latency, interval, resources before logic
synthesis), Vivado's report_utilization (resources) and report_timing_summary (clock period). Where several hold a
figure, the one of the highest level counts: implemented before synthesised before HLS. The output says the level of
every figure.

Examples:

    fpgajet verdict myproject_csynth.xml --budget cms-p2-ct-l2 --multiplicity 16

    fpgajet verdict csynth.xml utilization_routed.rpt timing_routed.rpt --budget mine.toml --multiplicity 8 --json

Exit codes: 0 within the budget, 2 bad input or a figure is missing, 4 budget missed.
"""


def verdict(
    reports: Annotated[list[Path], typer.Argument(help="csynth, utilisation and timing reports.")],
    budget: Annotated[str, typer.Option(help="Preset (`fpgajet budgets`) or TOML file.")],
    multiplicity: Annotated[int, typer.Option(help="Constituents per jet on the input links.")],
    part: Annotated[str | None, typer.Option(help="FPGA; default: the reports', else the budget's.")] = None,
    clock_mhz: Annotated[
        float | None, typer.Option(help="The design's clock; default: the reports', else the budget's.")
    ] = None,
    latency_cycles: Annotated[
        float | None, typer.Option(help="Latency in clocks, where no report holds it.")
    ] = None,
    ii: Annotated[float | None, typer.Option(help="Clocks between jets, where no report holds it.")] = None,
    instances: Annotated[
        int | None, typer.Option(help="Copies of the design; default: the budget's.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Count a marginal verdict as missed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> int:
    from fpgajet import api
    from fpgajet.errors import BudgetMissed

    judged = api.verdict(
        reports, budget, multiplicity=multiplicity, part=part, clock_mhz=clock_mhz,
        latency_cycles=latency_cycles, ii=ii, instances=instances,
    )  # fmt: skip
    if as_json:
        print_json(judged.as_dict())
    else:
        _show(judged)
    if not judged.verdict.accepted(strict):
        missed = ", ".join(row.name for row in judged.verdict.rows if row.status != "pass")
        raise BudgetMissed(f"the reports do not meet the budget {judged.verdict.budget}: {missed}.")
    return 0


verdict.__doc__ = EXAMPLE


def _show(judged: Judged) -> None:
    from rich.markup import escape

    from fpgajet.report.words import STATUS, quantity

    found = judged.verdict
    console.print(f"{escape(found.budget)} on {escape(found.part)}: [bold]{STATUS[found.status]}[/]")
    for row in found.rows:
        value, limit = quantity(row.value, row.unit), quantity(row.limit, row.unit)
        text = f"  {STATUS[row.status]:9s}{row.name}: {value}, limit {limit} ({row.explanation})"
        console.print(escape(text), highlight=False, soft_wrap=True)
