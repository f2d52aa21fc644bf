"""Templates of exported files. A name that a template does not know is an error, not an empty string."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(package: str, template: str, **values: Any) -> str:
    """Fill a template of ``fpgajet/export/PACKAGE/templates``.

    Nothing is escaped: callers pass identifiers and numbers, and quote free text for the target language.
    """
    environment = Environment(
        loader=PackageLoader(f"fpgajet.export.{package}"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.get_template(f"{template}.jinja").render(**values)
