"""The report as Markdown: for merge requests, logbooks and terminals."""

from __future__ import annotations

from pathlib import Path

from fpgajet import files
from fpgajet.report.classifier_table import classifier_table
from fpgajet.report.model import Report
from fpgajet.report.rendering import render_markdown
from fpgajet.report.tables import all_tables


def write_markdown(report: Report, target: Path) -> None:
    """Write the report as Markdown, atomically."""
    files.write_text(target, markdown(report))


def markdown(report: Report) -> str:
    """The report as one Markdown text."""
    proof = report.certificate
    first = (proof.first_difference if proof else None) or {}
    return render_markdown(
        "report.md.j2",
        report=report,
        tables=all_tables(report) | {"classifiers": classifier_table(report)},
        first_difference=", ".join(f"{key} {value}" for key, value in first.items()),
    )
