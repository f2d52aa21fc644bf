"""Extension of griffe, which reads our docstrings: examples after ``>>>`` become blocks of code, roles become code."""

from __future__ import annotations

import re
from typing import Any

import griffe

#: :class:`Name` and others; ~ in front of a name shortens it.
ROLE = re.compile(r":(?:class|func|meth|mod|data|exc|attr):`~?([^`]+)`")


class Doctests(griffe.Extension):
    """Fences the examples of every docstring, and sets the names in roles as code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe once an object was read."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(ROLE.sub(r"`\1`", obj.docstring.value))


def fenced(text: str) -> str:
    """The docstring with each run of lines that begins with ``>>>`` and ends at an empty line in a fence."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith(">>>") and not inside:
            lines.append("```python")
            inside = True
        elif inside and not line.strip():
            lines.append("```")
            inside = False
        lines.append(line)
    return "\n".join([*lines, "```"] if inside else lines)
