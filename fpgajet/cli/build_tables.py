"""The tables of a finished build on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Column, Table

from fpgajet.cli.output import console
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.pipeline.outcome import Outcome
from fpgajet.report.model import Physics
from fpgajet.report.tables import METRICS
from fpgajet.report.words import measured

COLOURS = {"pass": "green", "marginal": "yellow", "fail": "red"}


def show(outcome: Outcome) -> None:
    """Print what a build found out, and where its report lies."""
    report = outcome.report
    if report.physics.rows():
        console.print(physics_table(report.physics))
    else:
        console.print(f"no physics: {report.physics.data or 'the events have no labels'}", highlight=False)
    for warning in report.physics.warnings:
        console.print(f"[bold red]warning: {warning}[/]", highlight=False)
    if report.physics.seen_in_training is not None:
        console.print(report.physics.seen_in_training.sentence(), highlight=False)
    console.print(hardware_table(report.hardware))
    certificate, verdict = report.certificate, report.verdict
    assert certificate is not None
    assert verdict is not None
    clean = certificate.total_differences == 0
    console.print(
        f"certificate: {'[green]clean' if clean else '[red]NOT CLEAN'}[/], "
        f"{certificate.total_differences:,} values differ over {certificate.total_events:,} "
        f"events and {len(certificate.implementations)} implementations",
        highlight=False,
    )
    console.print(
        f"budget {verdict.budget} on {verdict.part}: [{COLOURS[verdict.status]}]{verdict.status}[/]",
        highlight=False,
    )
    for row in verdict.rows:
        if row.status != "pass":
            console.print(f"  {row.status}: {row.name}: {row.explanation}", highlight=False)
    console.print(f"report: {outcome.directory.report}", highlight=False, soft_wrap=True)


def physics_table(physics: Physics) -> Table:
    """Metrics by implementation, the statistical error of each below it."""
    table = Table("physics", "accuracy", "AUC", "1/eps_B at 0.3", "1/eps_B at 0.5", "tied scores")
    for name, row in physics.rows().items():
        cells = (
            measured(getattr(row, key), getattr(row, f"{key}_error"), digits)
            for key, digits in METRICS.items()
        )
        table.add_row(
            "mass window" if name == "jet_mass" else name.replace("_", " "),
            *(cell.replace(" ± ", "\n[dim]± ") + ("[/]" if "±" in cell else "") for cell in cells),
            str(row.tied_scores),
        )
    return table


def hardware_table(rows: Iterable[HardwareRow]) -> Table:
    """Latency and resources by level; the 80 % range of a figure below it."""
    table = Table(
        Column("hardware", no_wrap=True, min_width=13), "cycles", "ns", "II", "LUT", "FF", "DSP", "BRAM"
    )
    for row in rows:
        cells = []
        for key in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram"):
            value, ends = getattr(row, key), row.intervals.get(key)
            text = "-" if value is None else f"{value:,.6g}"
            if ends and ends[0] != ends[1]:
                text += f"\n[dim]{ends[0]:,.6g} - {ends[1]:,.6g}[/]"
            cells.append(text)
        table.add_row(row.level, *cells)
    return table
