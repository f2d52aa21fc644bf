"""Values in Markdown: text that stays text, and code that stays code, whatever a name contains.

HTML is quoted by Jinja's autoescape. Markdown has no such engine: its templates pass every value through
:func:`text`. ``markupsafe.Markup`` marks source that is quoted already, in either language.
"""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup

#: Characters that start emphasis, links, images, code, tables, or an escape. "<" and "&" become entities,
#: because not every renderer knows "\\<".
_ACTIVE = re.compile(r"[\\`*\[\]|~]")
#: CommonMark takes "_" inside a word for a letter; elsewhere it starts emphasis.
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BACKTICKS = re.compile(r"`+")


def text(value: object) -> Markup:
    """``value`` as Markdown source that renders as exactly its characters, on one line.

    Line breaks and control characters become spaces. Works inside and outside of tables.
    """
    if isinstance(value, Markup):
        return value
    quoted = _ACTIVE.sub(lambda found: "\\" + found[0], _one_line(str(value)))
    quoted = _LOOSE_UNDERSCORE.sub(r"\\_", quoted)
    return Markup(quoted.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def code(value: object, in_table: bool = True) -> Markup:
    """``value`` as a code span. GitHub's tables want "|" escaped even there; elsewhere a backslash would show."""
    content = _one_line(str(value))
    if in_table:
        content = content.replace("|", "\\|")
    longest = max((len(run) for run in _BACKTICKS.findall(content)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if content.startswith("`") or content.endswith("`") else ""
    return Markup(f"{fence}{pad}{content}{pad}{fence}") if content else Markup("")


def _one_line(value: str) -> str:
    """Without line breaks, control characters and marks that turn the direction of writing."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") else c for c in value)
