"""Tables between markers in a Markdown file.

    <!-- table: NAME -->
    | ... |
    <!-- end -->

What stands between two markers is replaced; everything else is left as it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"(<!-- table: (?P<name>[\w-]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
_OPEN = re.compile(r"<!-- table: ")


def documents() -> list[Path]:
    """README.md and every page below docs/."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def names_in(text: str) -> list[str]:
    """Names of the tables of a document, in order.

    Raises:
        ValueError: a marker is never closed.
    """
    found = [match["name"] for match in _BLOCK.finditer(text)]
    if len(found) != len(_OPEN.findall(text)):
        raise ValueError("a `<!-- table: NAME -->` has no `<!-- end -->`")
    return found


def written(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """The document with every table made anew.

    Args:
        text: Markdown with markers.
        tables: by name, a function that returns the Markdown lines of the table, without a final newline.

    Raises:
        ValueError: a marker is never closed, or names no table.
    """
    for name in names_in(text):
        if name not in tables:
            raise ValueError(f"no table is called {name!r}; there are: {', '.join(sorted(tables))}")
    return _BLOCK.sub(lambda match: f"{match[1]}{tables[match['name']]()}\n{match[4]}", text)


def markdown(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; the first column is text and the others are figures where ``headings`` say nothing else.

    A heading that starts with ``<`` is aligned to the left.
    """
    align = [":--" if k == 0 or heading.startswith("<") else "--:" for k, heading in enumerate(headings)]
    cells = [[heading.removeprefix("<") for heading in headings], align]
    cells += [[str(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def rows_of(path: str) -> list[dict[str, str]]:
    """Rows of a CSV file of the repository; lines with # are comments."""
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def thousands(value: str | float) -> str:
    """12345 as 12,345, rounded to an integer."""
    return f"{float(value):,.0f}"


def span(low: str | float, high: str | float, digits: int = 0) -> str:
    """A range with both ends."""
    return f"{float(low):,.{digits}f} - {float(high):,.{digits}f}"
