"""The report as one self-contained HTML page: no network, no scripts; light, dark and print."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from fpgajet import files
from fpgajet.report.classifier_table import classifier_table
from fpgajet.report.explained_pictures import explained_tables, formula_lines, jet_picture, threshold_picture
from fpgajet.report.latency import waterfall
from fpgajet.report.model import Report
from fpgajet.report.rendering import render_html
from fpgajet.report.resources import composition, resource_bars
from fpgajet.report.svg import Picture
from fpgajet.report.tables import all_tables
from fpgajet.report.tiles import tiles

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
            "composition": composition(report),
        },
        "physics": {
            "roc": plots.roc(report),
            "scores": plots.scores(report),
            "boosts": plots.boosts(report.boosts, report.physics.sample),
        },
        "explanation": _explained(report),
        "types": {"bits": bit_widths(report)},
    }
    return render_html(
        "report.html.j2",
        report=report,
        tables=all_tables(report)
        | explained_tables(report.explanation)
        | {"classifiers": classifier_table(report)},
        formula=list(formula_lines(report.explanation.formula)) if report.explanation else [],
        pictures=pictures,
        tiles=list(tiles(report)),
        evidence=_evidence(report),
        style=Markup(STYLE.read_text(encoding="utf-8")),
    )


def _explained(report: Report) -> dict[str, Picture | None]:
    """Figures of what a nanoPELICAN computes."""
    found = report.explanation
    if found is None:
        return {}
    jets = {f"jet{k}": jet_picture(jet) for k, jet in enumerate(found.examples)}
    return {"thresholds": threshold_picture(found, report.physics.sample), **jets}


def _evidence(report: Report) -> list[str]:
    """Where every hardware figure comes from, each sentence once."""
    lines = []
    for row in report.hardware:
        entries = row.evidence if isinstance(row.evidence, dict) else {"": row.evidence}
        lines += [f"{row.level} {name}: {text}" for name, text in entries.items() if text]
    return list(dict.fromkeys(lines))
