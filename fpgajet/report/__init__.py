"""The report: one schema-versioned model, written as JSON, Markdown and HTML."""

from __future__ import annotations

from fpgajet.report.curves import curves_of
from fpgajet.report.facts import stages_of
from fpgajet.report.html import html, write_html
from fpgajet.report.markdown import markdown, write_markdown
from fpgajet.report.model import SCHEMA_VERSION, Report
from fpgajet.report.store import read_report, write_json

__all__ = [
    "SCHEMA_VERSION",
    "Report",
    "curves_of",
    "html",
    "markdown",
    "read_report",
    "stages_of",
    "write_html",
    "write_json",
    "write_markdown",
]
