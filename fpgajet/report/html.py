"""The report as one self-contained HTML page: no network, no scripts; light, dark and print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from fpgajet import files
from fpgajet.report import hardware_plots, plots
from fpgajet.report.bit_widths import bit_widths
from fpgajet.report.model import Report
from fpgajet.report.rendering import render_html
from fpgajet.report.tables import all_tables
from fpgajet.report.words import number

STYLE = Path(__file__).with_name("style.css")


def write_html(report: Report, target: Path) -> None:
    """Write the report as HTML, atomically."""
    files.write_text(target, html(report))


def html(report: Report) -> str:
    """The whole page."""
    pictures = {
        "hardware": {
            "waterfall": hardware_plots.waterfall(report),
            "resources": hardware_plots.resource_bars(report),
        },
        "physics": {
            "roc": plots.roc(report),
            "scores": plots.scores(report),
            "boosts": plots.boosts(report.boosts),
        },
        "types": {"bits": bit_widths(report)},
    }
    return render_html(
        "report.html.j2",
        report=report,
        tables=all_tables(report),
        pictures=pictures,
        tiles=list(_tiles(report)),
        evidence=_evidence(report),
        style=Markup(STYLE.read_text(encoding="utf-8")),
    )


def _tiles(report: Report) -> Iterator[tuple[str, str]]:
    """The numbers that stand large at the top."""
    if report.hardware:
        level = report.verdict.level if report.verdict else ""
        row = next((r for r in report.hardware if r.level == level), report.hardware[0])
        yield "latency", f"{number(row.latency_ns)} ns"
        yield "LUT", number(row.lut)
        yield "DSP", number(row.dsp)
    tagger = report.physics.csim or report.physics.quantised
    if tagger:
        yield "AUC", number(tagger.auc, 4)
    if report.certificate:
        yield "differing values", f"{report.certificate.total_differences:,}"


def _evidence(report: Report) -> list[str]:
    """Where every hardware figure comes from, each sentence once."""
    lines = []
    for row in report.hardware:
        entries = row.evidence if isinstance(row.evidence, dict) else {"": row.evidence}
        lines += [f"{row.level} {name}: {text}" for name, text in entries.items() if text]
    return list(dict.fromkeys(lines))
