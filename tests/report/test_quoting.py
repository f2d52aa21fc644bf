"""Markdown shows what was given, character by character, whatever a name contains; HTML too."""

from __future__ import annotations

from copy import deepcopy
from html import unescape
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fpgajet.report import Report, html, markdown
from fpgajet.report.quoting import code, text

HOSTILE = "a|b [x](http://y.z) ![i](j) <b>bold</b> `tick` ``two`` *e* _u_ ~~s~~ &lt; \\| # h\n## head\r- item"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


#: What plain text and code spans are made of.
PLAIN = ("text", "text_special", "code_inline", "softbreak")


def inline(source: str) -> list[Any]:
    """Tokens of the one paragraph that the source is."""
    blocks = PARSER.parse(f"x{source}x")
    assert [b.type for b in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    return blocks[1].children or []


#: Line breaks are shown as spaces.
BREAKS = {10: 32, 13: 32}
printable = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"))) | st.text(
    "|[]()<>`*_~&\\#!-+.a1\n "
)


@given(printable)
@example(HOSTILE)
def test_text_stays_text(value: str) -> None:
    tokens = inline(str(text(value)))
    assert {t.type for t in tokens} <= {"text", "text_special"}
    assert "".join(t.content for t in tokens) == f"x{value.translate(BREAKS)}x"


@given(printable.filter(lambda v: v.strip()))
@example(HOSTILE)
def test_code_stays_code(value: str) -> None:
    tokens = [t for t in inline(f" {code(value, in_table=False)} ") if t.type == "code_inline"]
    assert len(tokens) == 1
    assert tokens[0].content.strip() == value.translate(BREAKS).strip()


@given(printable, printable)
@example(HOSTILE, HOSTILE)
def test_a_cell_stays_one_cell(first: str, second: str) -> None:
    blocks = PARSER.parse(f"| a | b |\n| - | - |\n| x{text(first)}x | x{code(second)}x |\n")
    shown = ["".join(c.content for c in block.children or []) for block in blocks if block.type == "inline"]
    assert [block.type for block in blocks].count("tr_open") == 2
    assert shown[2] == f"x{first.translate(BREAKS)}x"
    assert squeezed(shown[3]) == squeezed(f"x{second}x")


def squeezed(value: str) -> str:
    """Without the blanks that a code span may lose at its ends."""
    return "".join(value.split())


def names(values: dict[str, Any]) -> dict[str, Any]:
    """The report with a hostile name wherever a user's name or file can stand."""
    bad = deepcopy(values)
    bad["model"]["name"] = bad["physics"]["data"] = bad["reproducibility"]["command"] = HOSTILE
    bad["model"]["types"] = {HOSTILE: HOSTILE}
    bad["verdict"]["budget"] = bad["verdict"]["part"] = bad["verdict"]["rows"][0]["name"] = HOSTILE
    bad["hardware"][0]["level"] = bad["operators"][0]["name"] = HOSTILE
    bad["certificate"]["implementations"] = [HOSTILE]
    bad["certificate"]["first_difference"] = {HOSTILE: HOSTILE}
    bad["reproducibility"]["hashes"] = bad["reproducibility"]["versions"] = {HOSTILE: HOSTILE}
    return bad


def test_a_hostile_report_has_the_structure_of_a_harmless_one(values: dict[str, Any]) -> None:
    def structure(report: Report) -> list[str]:
        tokens = PARSER.parse(markdown(report))
        inside = [child.type for token in tokens for child in token.children or []]
        return [t.type for t in tokens if t.type != "inline"] + [t for t in inside if t not in PLAIN]

    bad = names(values)
    harmless = deepcopy(bad)

    def cleaned(value: Any) -> Any:
        if isinstance(value, dict):
            return {cleaned(k): cleaned(v) for k, v in value.items()}
        if isinstance(value, list):
            return [cleaned(v) for v in value]
        return "harmless" if value == HOSTILE else value

    assert structure(Report.build(bad)) == structure(Report.build(cleaned(harmless)))


@pytest.mark.parametrize("name", [HOSTILE, "<script>alert(1)</script>", '" onload="x'])
def test_html_shows_the_name_and_runs_nothing(values: dict[str, Any], name: str) -> None:
    values["model"]["name"] = values["physics"]["data"] = values["verdict"]["rows"][0]["name"] = name
    values["operators"][0]["name"] = name
    page = html(Report.build(values))
    assert "<script" not in page
    assert "<b>" not in page
    assert 'onload="' not in page
    assert name.split("\n", maxsplit=1)[0] in unescape(page)
