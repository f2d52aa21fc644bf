"""Hooks of ``mkdocs build``: pages that are written from the code, and CONTRIBUTING.md and CHANGELOG.md as pages.

mkdocs.yml names this file; nothing has to be run by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mkdocs.structure.files import File, Files

from studies.site import root_pages
from studies.site.commands import PAGE as COMMANDS
from studies.site.commands import commands_page
from studies.site.formats import PAGE as FORMATS
from studies.site.formats import formats_page
from studies.site.zoo import zoo_pages

PAGES: dict[str, Callable[[], str]] = {COMMANDS: commands_page, FORMATS: formats_page, **root_pages.PAGES}


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages."""
    pages = {name: write() for name, write in PAGES.items()} | zoo_pages()
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links to CONTRIBUTING.md, which lies outside of docs/, lead to its page on the site."""
    return root_pages.inside(markdown, page.file.src_uri)
