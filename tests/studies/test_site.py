"""The documentation site: it builds without a complaint and says what the code says; tutorials show what they print."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import fpgajet
from fpgajet import api, errors
from quant import zoo
from studies.docs_tables.markers import DOCS, ROOT
from studies.site.commands import commands_page
from studies.site.doctests import fenced
from studies.site.formats import formats_page
from studies.site.tutorials import PAGES, TutorialError, blocks, differences, run
from studies.site.zoo import zoo_pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in strict mode: a broken link or a page that nothing leads to is an error."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_every_public_object_is_on_the_site(site: Path) -> None:
    content = (site / "objects.inv").read_bytes()
    listed = zlib.decompress(content.split(b"\n", 4)[4]).decode()
    names = {line.split(" ", 1)[0] for line in listed.splitlines()}
    assert {name for name in fpgajet.__all__ if name != "__version__"} <= set(api.__all__)
    wanted = {f"fpgajet.api.{name}" for name in api.__all__}
    wanted |= {f"fpgajet.errors.{kind.__name__}" for kind in errors.FpgajetError.__subclasses__()}
    assert wanted - names == set()


def test_every_public_object_has_a_docstring() -> None:
    for name in api.__all__:
        found = getattr(api, name)
        assert inspect.getdoc(found), name
        if inspect.isclass(found):
            members = [m for m in vars(found).items() if not m[0].startswith("_")]
            bare = [key for key, value in members if callable(value) and not inspect.getdoc(value)]
            bare += [key for key, value in members if isinstance(value, property) and not value.__doc__]
            assert not bare, f"{name}: {bare}"


def test_the_four_parts_and_pages_from_the_code(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    for part in ("Tutorials", "How to", "Explanation", "Reference"):
        assert part in page
    for name in ("reference/commands", "reference/formats", "reference/zoo/npelican-n8-c2", "contributing"):
        assert (site / name / "index.html").is_file(), name


def test_commands_with_all_options() -> None:
    page = commands_page()
    for words in ("## fpgajet build", "### fpgajet data generate", "`--edge-vectors`", "| 8 | regression |"):
        assert words in page


def test_formats_state_types_and_defaults() -> None:
    page = formats_page()
    assert "| `edge_vectors` | integer ≥ 10, ≤ 1e+07 | `50000` |" in page
    assert "| `lut` | number > 0, ≤ 1 | `0.7` |" in page
    assert "| `clock_mhz` | number ≥ 1, ≤ 1000 | required |" in page


def test_every_model_has_a_card() -> None:
    pages = zoo_pages()
    for name in zoo.names():
        card = pages[f"reference/zoo/{name}.md"]
        parts = re.findall(r"^## (.*)$", card, re.MULTILINE)
        assert parts == [
            "Input and parameters",
            "Data",
            "Training",
            "Metrics",
            "Hardware",
            "Limits",
            "Licence",
        ]
        assert f"zoo/{name}.md" in pages["reference/zoo.md"]
    card = pages["reference/zoo/npelican-n16-c2.md"]
    assert "| quantised, 60,000 test jets | 0.9737 ± 0.0007 | 156 ± 11 |" in card
    assert "| 1 | 320 | 14 | 42 - 52 | 30,090 |" in card


def test_examples_of_docstrings_are_code() -> None:
    text = 'Does it.\n\n>>> found["a"]["b"]\n1\n\nArgs:\n    a: b.'
    assert fenced(text) == 'Does it.\n\n```python\n>>> found["a"]["b"]\n1\n```\n\nArgs:\n    a: b.'


@pytest.mark.parametrize("page", PAGES)
def test_tutorials_show_what_they_print(page: str, tmp_path: Path) -> None:
    """Without slow blocks; `python scripts/run_tutorials.py` runs them whole."""
    assert differences(page, run(page, tmp_path, quick=True)) == []


def test_another_output_and_a_failure_are_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo 12 jets in 0.31 s\n12 jets in 0.27 s\n```\n", encoding="utf-8")
    monkeypatch.setattr("studies.site.tutorials.DOCS", tmp_path)
    found = run("page.md", tmp_path)
    assert "0.31 s" in found
    assert differences("page.md", found) == [], "seconds may differ"
    (wrong,) = differences("page.md", found.replace("\n12 jets", "\n13 jets"))
    assert "now prints" in wrong
    page.write_text("```console\n$ false\n```\n", encoding="utf-8")
    with pytest.raises(TutorialError, match="ended with 1"):
        run("page.md", tmp_path)


def test_commands_of_tutorials_have_outputs() -> None:
    """What prints something is shown with it: a page that nobody has run yet has bare commands."""
    for page in PAGES:
        for block in blocks((DOCS / page).read_text(encoding="utf-8")):
            if block.language == "console":
                lines = block.body.replace("\\\n", " ").splitlines()
                assert any(not line.startswith("$ ") for line in lines), f"{page}: {block.body}"
