"""Text within Tcl and in comments of C++, Verilog and VHDL, and names: one function per place for text from outside.

Markdown and HTML have theirs in :mod:`fpgajet.report.quoting`; part names a grammar of their own in
:mod:`fpgajet.devices.part_names`.
"""

from __future__ import annotations

import re
from pathlib import Path

#: What stands for itself between the quotes of Tcl: no quote, bracket, dollar, brace or backslash.
_PLAIN_TCL = re.compile(r"[A-Za-z0-9_.,:%/+=@^~ -]", re.ASCII)

_RESERVED = frozenset((Path(__file__).parent / "reserved_words.txt").read_text(encoding="ascii").split())


def tcl(value: object) -> str:
    """``value`` as one quoted word of a Tcl command, in which nothing is substituted."""
    units = str(value).encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    return '"' + "".join(chr(c) if _PLAIN_TCL.fullmatch(chr(c)) else f"\\u{c:04x}" for c in codes) + '"'


def comment(value: object) -> str:
    """``value`` in a comment of C++, Verilog or VHDL that ends with its line: one line of printable ASCII.

    A backslash at the end would carry the comment on to the next line of C++; ``*/`` would end one of the other kind,
    and a backtick calls a macro of Verilog in some tools.
    """
    text = "".join(c if " " <= c <= "~" and c not in "\\`?" else "_" for c in str(value))
    return text.replace("*/", "* /").replace("/*", "/ *").replace("pragma", "p-ragma")


def identifier(value: object) -> str:
    """``value`` as a name in C++, Verilog and VHDL: ASCII letters, digits and single underscores, not at the ends."""
    words = re.findall(r"[A-Za-z0-9]+", str(value))
    name = "_".join(words) or "model"
    return name if name[0].isalpha() else f"model_{name}"


def is_reserved(name: str) -> bool:
    """Whether a name is a word of C++, Verilog or VHDL, in capital letters or not: VHDL does not tell cases apart."""
    return name.lower() in _RESERVED


def is_identifier(value: object) -> bool:
    """Whether a name from a file may be that of a C function and of a file."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", value) is not None
