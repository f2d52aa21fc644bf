"""Pages at the root of the repository as pages of the site."""

from __future__ import annotations

import re
from collections.abc import Callable

from studies.docs_tables.markers import ROOT

#: By page of the site, the file at the root of the repository.
SOURCES = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}


def _at_root(source: str) -> str:
    text = (ROOT / source).read_text(encoding="utf-8")
    for page, file in SOURCES.items():
        text = text.replace(f"]({file}", f"]({page}")
    return text.replace("](docs/", "](")


PAGES: dict[str, Callable[[], str]] = {
    page: lambda source=source: _at_root(source)  # type: ignore[misc]
    for page, source in SOURCES.items()
}


def inside(markdown: str, page: str) -> str:
    """The page with links to files at the root of the repository turned to their pages of the site.

    Args:
        page: path of the page below docs/.
    """
    depth = page.count("/")
    out = "../" * (depth + 1)
    for target, source in SOURCES.items():
        markdown = re.sub(rf"\]\({re.escape(out + source)}(?=[#)])", f"]({'../' * depth}{target}", markdown)
    return markdown
