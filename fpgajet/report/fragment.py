"""A part of the report for a notebook: titles, tables and figures, apart from the notebook's own style."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from markupsafe import Markup

from fpgajet.report.html import STYLE
from fpgajet.report.rendering import render_html
from fpgajet.report.tables import Table

#: Pixels of a frame, of its headline, and of a table's heading and rows in it.
HIGHEST, TITLE_PIXELS, TABLE_PIXELS, ROW_PIXELS = 720, 150, 130, 45


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


def height_of(tables: Mapping[str, Table]) -> int:
    """Pixels that a fragment with these tables needs, at most :data:`HIGHEST`: a longer one scrolls."""
    rows = sum(len(table.rows) for table in tables.values())
    return min(HIGHEST, TITLE_PIXELS + TABLE_PIXELS * len(tables) + ROW_PIXELS * rows)


def framed(page: str, height: int = HIGHEST) -> str:
    """A page inside a frame: its style does not reach the notebook, and nothing in it can run.

    Args:
        page: HTML. height: of the frame in pixels.
    """
    style = f"width:100%;height:{height}px;border:0"
    return f'<iframe sandbox srcdoc="{escape(page)}" style="{style}"></iframe>'
