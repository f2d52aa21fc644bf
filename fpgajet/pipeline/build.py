"""``fpgajet build``: the stages in their order, and what comes out of them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Column, Table

from fpgajet.cli.output import console, messages
from fpgajet.devices import budget as budget_named
from fpgajet.devices import chosen_clock
from fpgajet.devices import part as part_named
from fpgajet.errors import BudgetMissed, Mismatch
from fpgajet.files import read_json, sha256
from fpgajet.pipeline import rtl, stages
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import Record, Stage, exclusive, path_digest
from fpgajet.pipeline.settings import BuildSettings
from quant.zoo import resolve


@dataclass(frozen=True)
class Outcome:
    """A finished build."""

    build: BuildDirectory
    strict: bool

    @property
    def document(self) -> dict[str, Any]:
        """The content of ``report.json``."""
        content: dict[str, Any] = read_json(self.build.report.with_suffix(".json"))
        return content

    def show(self) -> None:
        """Print the tables and where the report lies."""
        document = self.document
        console.print(physics_table(document["physics"]))
        console.print(hardware_table(document["hardware"]))
        certificate, verdict = document["certificate"], document["verdict"]
        clean = certificate["total_differences"] == 0
        console.print(
            f"certificate: {'[green]clean' if clean else '[red]NOT CLEAN'}[/], "
            f"{certificate['total_differences']:,} values differ over {certificate['total_events']:,} "
            f"events and {len(certificate['implementations'])} implementations",
            highlight=False,
        )
        colour = {"pass": "green", "marginal": "yellow", "fail": "red"}[verdict["status"]]
        console.print(
            f"budget {verdict['budget']} on {verdict['part']}: [{colour}]{verdict['status']}[/]",
            highlight=False,
        )
        for row in verdict["rows"]:
            if row["status"] != "pass":
                console.print(f"  {row['status']}: {row['name']}: {row['explanation']}", highlight=False)
        console.print(f"report: {self.build.report}", highlight=False, soft_wrap=True)

    def raise_if_failed(self) -> None:
        """Turn a dirty certificate or a missed budget into the exit code.

        Raises:
            Mismatch: implementations differ.
            BudgetMissed: the verdict is "fail", or "marginal" with ``strict``.
        """
        document = self.document
        certificate, verdict = document["certificate"], document["verdict"]
        if certificate["total_differences"]:
            first = certificate["first_difference"]
            raise Mismatch(
                f"{certificate['total_differences']:,} values differ; first in {first['implementation']}, "
                f"stage {first['stage']!r}, element {first['element']} of event {first['event']} "
                f"({first['kind']}): {first['found']!r} instead of {first['expected']!r}. "
                f"All of it: {self.build.certificate}."
            )
        if verdict["status"] == "fail" or (self.strict and verdict["status"] != "pass"):
            missed = [row for row in verdict["rows"] if row["status"] != "pass"]
            reasons = "; ".join(f"{row['name']} ({row['status']}): {row['explanation']}" for row in missed)
            raise BudgetMissed(
                f"the budget {verdict['budget']} is not met: {reasons}. See {self.build.report}."
            )


def run_build(settings: BuildSettings, out: Path | None) -> Outcome:
    """Run every stage that is not up to date.

    Args:
        settings: what to build.
        out: build directory; ``builds/MODEL-PART`` by default.

    Raises:
        FpgajetError: see :mod:`fpgajet.errors`; a dirty certificate and a missed budget are not raised
            here but by :meth:`Outcome.raise_if_failed`, after the report is written.
    """
    # Everything that can be wrong with the settings is found before the first file is written.
    source = resolve(settings.model)
    part, budget = part_named(settings.part), budget_named(settings.budget)
    clock = chosen_clock(settings.clock_mhz, budget.clock_mhz)
    jets = shipped_sample() if settings.jets is None else settings.jets
    # Named as the user named it: a zoo name as it is, a checkpoint directory by its last part.
    build = BuildDirectory(out or Path("builds") / f"{Path(settings.model).resolve().name}-{part.name}")
    stages.check_inputs(source, jets, settings)
    hls, verilog = settings.flow != "rtl", rtl.wanted(settings)

    with exclusive(build.root):
        record = Record(build.root)
        record.facts = {
            "command": shlex.join(["fpgajet", *sys.argv[1:]]),
            "settings": settings.model_dump(mode="json") | {"jets": str(jets), "clock_mhz": clock},
            "inputs": {"checkpoint": path_digest(source) or "", "jets": sha256(jets)},
        }
        perform(record, stages.checkpoint_stage(build, source))
        perform(record, stages.model_stage(build))
        extent = rtl.extent(build, settings, part, clock) if verilog else None
        verilog = extent is not None and extent.simulated
        if hls:
            perform(record, stages.project_stage(build, settings, part, clock, jets))
            perform(record, stages.csim_stage(build))
        else:
            record.forget("project", "csim")
        if verilog:
            perform(record, rtl.verilog_stage(build, settings, part, clock))
        else:
            record.forget("verilog", "cells")
        perform(record, stages.certificate_stage(build, settings, jets, hls=hls, verilog=verilog))
        perform(record, stages.physics_stage(build))
        perform(record, stages.boosts_stage(build, settings, jets))
        perform(record, stages.estimate_stage(build, part, clock, settings.hls_interval))
        if verilog and extent:
            perform(record, rtl.cells_stage(build, extent.counted and rtl.counts_cells(settings)))
        record.save()
        refresh_report(build)
    return Outcome(build, settings.strict)


def perform(record: Record, stage: Stage) -> None:
    """Run one stage and print its line."""
    with messages.status(f"{stage.name} ..."):
        outcome, skipped, seconds = record.perform(stage)
    mark, time = ("[dim]=[/]", "unchanged") if skipped else ("[green]+[/]", f"{seconds:.1f} s")
    messages.print(f"{mark} {stage.name:<12} {outcome} [dim]({time})[/]", highlight=False, soft_wrap=True)


def refresh_report(build: BuildDirectory) -> Path:
    """Write the report from the results that lie in the build directory; returns its path."""
    from fpgajet.pipeline.reporting import write_report

    write_report(build)
    return build.report


def physics_table(physics: Mapping[str, Any]) -> Table:
    """Metrics by implementation."""
    table = Table("physics", "accuracy", "AUC", "1/eps_B at 0.3", "1/eps_B at 0.5", "tied scores")
    for name in ("float", "quantised", "csim", "jet_mass"):
        row = physics.get(name)
        if row:
            cells = [row[k] for k in ("accuracy", "auc")] + [
                row[f"inverse_background_efficiency_{k}"] for k in (30, 50)
            ]
            table.add_row(
                name.replace("_", " "),
                *("-" if c is None else f"{c:.4f}" for c in cells[:2]),
                *("-" if c is None else f"{c:.1f}" for c in cells[2:]),
                str(row["tied_scores"]),
            )
    return table


def hardware_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Latency and resources by level; intervals in brackets."""
    table = Table(
        Column("hardware", no_wrap=True, min_width=13), "cycles", "ns", "II", "LUT", "FF", "DSP", "BRAM"
    )
    for row in rows:
        intervals = row.get("intervals") or {}
        cells = []
        for key in ("latency_cycles", "latency_ns", "ii", "lut", "ff", "dsp", "bram"):
            value, interval = row.get(key), intervals.get(key)
            text = "-" if value is None else f"{value:,.6g}"
            if interval and interval[0] != interval[1]:
                text += f"\n[dim]{interval[0]:,.6g} - {interval[1]:,.6g}[/]"
            cells.append(text)
        table.add_row(row["level"], *cells)
    return table
