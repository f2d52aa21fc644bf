"""A part of the report for a notebook: titles, tables and figures, apart from the notebook's own style."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from markupsafe import Markup

from fpgajet.report.html import STYLE
from fpgajet.report.rendering import render_html
from fpgajet.report.tables import Table


def fragment(title: str, text: str, tables: Mapping[str, Table], status: str = "") -> str:
    """A page with the report's style; every value is escaped.

    Args:
        title: headline. text: one sentence below it. tables: by heading. status: verdict beside the headline, or "".
    """
    return render_html(
        "fragment.html.j2",
        title=title,
        text=text,
        tables=tables,
        status=status,
        style=Markup(STYLE.read_text(encoding="utf-8")),
    )


def framed(page: str, height: int = 480) -> str:
    """A page inside a frame: its style does not reach the notebook, and nothing in it can run.

    Args:
        page: HTML. height: of the frame in pixels.
    """
    style = f"width:100%;height:{height}px;border:0"
    return f'<iframe sandbox srcdoc="{escape(page)}" style="{style}"></iframe>'
