"""What the docs say exists: files, links, commands and their options, packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from fpgajet import cli
from studies.docs_tables.markers import DOCS, ROOT, documents
from studies.site import commands, formats, root_pages, zoo

PAGES = [*documents(), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
#: Pages of the site that are written when it is built; `mkdocs build --strict` checks the links to them.
WRITTEN = {DOCS / name for name in (commands.PAGE, formats.PAGE, zoo.PAGE, *root_pages.PAGES)}
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(#[^)\s]*)?\)")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: A command in an indented block or in backticks.
COMMAND = re.compile(r"(?:^ {4}|`)((?:fpgajet|python) [^`\n]*)", re.MULTILINE)


def text_of(path: Path) -> str:
    """The page with fenced blocks as indented ones, and lines joined that end in a backslash."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return FENCE.sub(lambda block: re.sub(r"^", "    ", block[1], flags=re.MULTILINE), text)


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def application() -> Any:
    if not cli.app.registered_commands:
        cli._register()
    return typer.main.get_command(cli.app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        file = (page.parent / target).resolve() if target else page
        if file in WRITTEN:
            continue
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}{anchor}"


#: Modules with options that several scripts share, by a word in those scripts.
SHARED_OPTIONS = {
    "seeds_parser": "studies/tables/rows.py",
    "points_parser": "studies/tables/widths.py",
    "studies.variants.derived": "studies/variants/derived.py",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_their_options_exist(page: Path, application: Any) -> None:
    for command in COMMAND.findall(text_of(page)):
        words = command.split("#")[0].split()
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        if words[0] == "fpgajet":
            found = application
            for word in words[1:]:
                if word in getattr(found, "commands", {}):
                    found = found.commands[word]
            known = {name for parameter in found.params for name in parameter.opts} | {"--help", "--version"}
            assert len(words) == 1 or found is not application or words[1].startswith(("-", "[", "MODEL")), (
                command
            )
            assert options <= known, f"{page.name}: {command}: {sorted(options - known)}"
        elif len(words) > 1 and words[1].startswith("scripts/"):
            script = ROOT / words[1]
            assert script.is_file(), f"{page.name}: {command}"
            text = script.read_text(encoding="utf-8")
            for word, module in SHARED_OPTIONS.items():
                text += (ROOT / module).read_text(encoding="utf-8") if word in text else ""
            unknown = [name for name in options - {"--set"} if f'"{name}"' not in text]
            assert not unknown, f"{page.name}: {command}: {unknown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    """Paths below the folders of the repository; a name in capitals stands for any."""
    found = re.findall(r"`((?:fpgajet|quant|scripts|studies|firmware|tests|docs)/[\w./*-]*)`", text_of(page))
    for name in found:
        if not re.search(r"[A-Z]{4}|my_operator", name):
            assert list(ROOT.glob(name.rstrip("/"))), f"{page.name}: {name}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_private_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8").lower()
    assert not re.search(r"\brooms?\b|folded over time|folding over time|\ba pair it\b", text)


def test_figures_beside_those_of_a_vendor_name_their_evidence() -> None:
    for name in ("README.md", "docs/rtl.md", "docs/estimate.md"):
        assert (
            "no vendor tool has read these files yet" in (ROOT / name).read_text(encoding="utf-8").lower()
        ), name


def test_contributing_lists_every_package() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for top in ("fpgajet", "quant"):
        packages = {path.parent.name for path in (ROOT / top).glob("*/__init__.py")}
        assert {name for name in packages if f"{top}.{name}`" not in text} == set()


def test_the_citation_is_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_scripts_are_commands_and_no_libraries() -> None:
    """What two scripts share is in ``studies``: nobody puts a folder on the path of imports.

    But for the mutants, which are imported from a copy of the repository on purpose, and for commands in copies of a
    process, which begin as ``python -m`` does.
    """
    allowed = {Path(__file__), ROOT / "studies/mutation/trying.py", ROOT / "tests/command_server.py"}
    found = {p for folder in ("scripts", "studies", "tests") for p in (ROOT / folder).rglob("*.py")} - allowed
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"sys\.path\.(insert|append)|syspath_prepend", text), path
