"""Tutorials that are executed: their commands run, and what they print is what the page shows.

A fenced block ``console`` holds commands after ``$ `` and, below each, what it prints on standard output. A block
``python`` is a program; a block ``text`` right after it is what it prints. A block with ``title="NAME"`` is a file that
is written. Blocks of other languages are left alone. All blocks of a page run in one scratch folder, in their order.

Comments before a block say more about it: ``<!-- slow -->``, it takes more than a few seconds;
``<!-- numbers vary -->``, it trains, and its figures depend on the processor, so only the words around them are
compared. A line ``...`` of a page stands for any lines. Seconds are never compared.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fpgajet import files
from studies.docs_tables.markers import DOCS

PAGES = (
    "tutorial/first-report.md",
    "tutorial/your-jets.md",
    "tutorial/your-model.md",
    "tutorial/into-the-trigger.md",
)
_BLOCK = re.compile(
    r"(?P<notes>(?:<!-- [a-z ]+ -->\n)*)```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)```\n"
    r"(?:\n```text\n(?P<output>.*?)```\n)?",
    re.DOTALL,
)
_SECONDS = re.compile(r"\d+(?:\.\d+)?(?= s\b)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|-(?= )")
COLUMNS = "88"


class TutorialError(Exception):
    """A block of a tutorial failed, or printed something else than the page shows."""


@dataclass(frozen=True)
class Block:
    """One block of a page: ``start`` and ``end`` are its place in the text."""

    language: str
    title: str
    body: str
    output: str | None
    slow: bool
    varies: bool
    start: int
    end: int


def blocks(text: str) -> Iterator[Block]:
    """The blocks that are run or written."""
    for found in _BLOCK.finditer(text):
        if found["language"] in ("console", "python") or found["title"]:
            yield Block(
                found["language"],
                found["title"] or "",
                found["body"],
                found["output"],
                "<!-- slow -->" in found["notes"],
                "<!-- numbers vary -->" in found["notes"],
                found.start() + len(found["notes"]),
                found.end(),
            )


def run(page: str, folder: Path, quick: bool = False) -> str:
    """Run a tutorial in an empty folder.

    Args:
        page: path below docs/.
        quick: leave out slow blocks; blocks that need their files have to be slow too.

    Returns:
        The text of the page with the outputs of this run.

    Raises:
        TutorialError: a command failed.
    """
    text = (DOCS / page).read_text(encoding="utf-8")
    pieces, at = [], 0
    for block in blocks(text):
        if quick and block.slow:
            continue
        pieces += [text[at : block.start], _done(block, folder)]
        at = block.end
    return "".join([*pieces, text[at:]])


def _done(block: Block, folder: Path) -> str:
    head = f"```{block.language}" + (f' title="{block.title}"' if block.title else "")
    if block.title:
        (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
        files.write_text(folder / block.title, block.body)
        return f"{head}\n{block.body}```\n"
    if block.language == "python":
        printed = _called([sys.executable, "-c", block.body], folder)
        shown = f"\n```text\n{printed}```\n" if printed or block.output else ""
        return f"{head}\n{block.body}```\n{shown}"
    lines = []
    for command in _commands(block.body):
        lines += [f"$ {command}\n", _called(_words(command), folder)]
    return f"{head}\n{''.join(lines)}```\n"


def _commands(body: str) -> list[str]:
    joined = body.replace("\\\n", "\\\0")
    return [
        line.removeprefix("$ ").replace("\\\0", "\\\n")
        for line in joined.splitlines()
        if line.startswith("$ ")
    ]


def _words(command: str) -> list[str]:
    words = shlex.split(command.replace("\\\n", " "))
    return [sys.executable, "-m", *words] if words[0] == "fpgajet" else words


def _called(words: list[str], folder: Path) -> str:
    environment = os.environ | {"COLUMNS": COLUMNS, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TutorialError(f"{shlex.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def differences(page: str, found: str) -> list[str]:
    """Which outputs of a run are not those of the page.

    Args:
        found: what :func:`run` returned.
    """
    shown = list(blocks((DOCS / page).read_text(encoding="utf-8")))
    wrong = []
    for before, now in zip(shown, blocks(found), strict=True):
        old, new = (_compared(block) for block in (before, now))
        if not re.fullmatch(_pattern(old), new):
            wrong.append(f"{page}: the block\n{before.body}shows\n{old}\nand now prints\n{new}")
    return wrong


def _compared(block: Block) -> str:
    text = _SECONDS.sub("0", f"{block.body}{block.output or ''}")
    if block.varies:
        text = re.sub(r"[ \u2500-\u257f]+", " ", _NUMBER.sub("#", text))
    return text


def _pattern(text: str) -> str:
    """A page's text as a pattern: a line of three dots stands for any lines."""
    return "".join("(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in text.splitlines(True))
