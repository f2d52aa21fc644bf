"""The report as one self-contained HTML page: no network, no scripts; light, dark and print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from fpgajet import files
from fpgajet.report.latency import waterfall
from fpgajet.report.model import Report
from fpgajet.report.rendering import render_html
from fpgajet.report.resources import resource_bars
from fpgajet.report.tables import all_tables
from fpgajet.report.words import measured, number, quantity

STYLE = Path(__file__).with_name("style.css")


def write_html(report: Report, target: Path) -> None:
    """Write the report as HTML, atomically."""
    files.write_text(target, html(report))


def html(report: Report) -> str:
    """The whole page."""
    from fpgajet.report import plots
    from fpgajet.report.bit_widths import bit_widths

    pictures = {
        "hardware": {
            "waterfall": waterfall(report),
            "resources": resource_bars(report),
        },
        "physics": {
            "roc": plots.roc(report),
            "scores": plots.scores(report),
            "boosts": plots.boosts(report.boosts, report.physics.sample),
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
        yield "latency of the tagger", f"{number(row.latency_ns)} ns"
        judged = (
            next((r for r in report.verdict.rows if r.name == "latency"), None) if report.verdict else None
        )
        if judged is not None:
            yield "latency, first word to last score", quantity(judged.value, judged.unit)
        yield "LUT", number(row.lut)
        yield "DSP", number(row.dsp)
    tagger = report.physics.csim or report.physics.quantised
    if tagger:
        yield "AUC", measured(tagger.auc, tagger.auc_error)
    if report.certificate:
        yield "differing values", f"{report.certificate.total_differences:,}"


def _evidence(report: Report) -> list[str]:
    """Where every hardware figure comes from, each sentence once."""
    lines = []
    for row in report.hardware:
        entries = row.evidence if isinstance(row.evidence, dict) else {"": row.evidence}
        lines += [f"{row.level} {name}: {text}" for name, text in entries.items() if text]
    return list(dict.fromkeys(lines))
