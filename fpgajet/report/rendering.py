"""The two template engines: HTML with Jinja's autoescape, Markdown with :mod:`fpgajet.report.quoting`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from fpgajet.report import quoting
from fpgajet.report.classifiers import compared_weights
from fpgajet.report.svg import WIDTH
from fpgajet.report.words import (
    ERROR_WORDS,
    LATENCY_WORDS,
    LEVELS,
    REFERENCE_WORDS,
    STATUS,
    SYMBOLS,
    counts,
    measured,
    number,
)

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(template: str, **values: Any) -> str:
    """A template of ``templates/`` as HTML; every value is escaped unless it is ``markupsafe.Markup``."""
    return _environment("html").get_template(template).render(**values)


def render_markdown(template: str, **values: Any) -> str:
    """A template of ``templates/`` as Markdown; every value is quoted unless it is ``markupsafe.Markup``."""
    return _environment("markdown").get_template(template).render(**values)


@cache
def _environment(language: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    html = language == "html"
    environment = Environment(
        loader=PackageLoader("fpgajet.report"),
        # On for Markdown too: what a macro gives is then marked as source, and not quoted twice.
        autoescape=True,
        finalize=None if html else quoting.text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": number, "measured": measured, "code": quoting.code}
    environment.globals |= {
        "number": number,
        "ERROR_WORDS": ERROR_WORDS,
        "REFERENCE_WORDS": REFERENCE_WORDS,
        "LATENCY_WORDS": LATENCY_WORDS,
        "LEVELS": LEVELS,
        "STATUS": STATUS,
        "SYMBOLS": SYMBOLS,
        "WIDTH": f"{WIDTH:g}",
        "counts": counts,
        "compared_weights": compared_weights,
    }
    return environment
