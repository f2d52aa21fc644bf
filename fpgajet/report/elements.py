"""Pieces of the HTML page: tables that become cards on a narrow screen, and verdict badges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from fpgajet.report.words import STATUS

SYMBOLS = {"pass": "✓", "marginal": "≈", "fail": "✗"}


def table(header: Sequence[str], rows: Iterable[Sequence[str]], css: str = "") -> str:
    """A table whose cells name their column, so that it can be shown as cards on a narrow screen.

    Cells are HTML already.
    """
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = ""
    for row in rows:
        cells = "".join(
            f'<td data-label="{escape(name)}"><span>{cell}</span></td>'
            for name, cell in zip(header[1:], row[1:], strict=True)
        )
        body += f'<tr><th scope="row">{row[0]}</th>{cells}</tr>'
    return f'<table class="{css}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def badge(status: str) -> str:
    """A verdict in words, with a sign and a colour."""
    return f'<span class="badge {status}">{SYMBOLS[status]} {STATUS[status]}</span>'
