"""Names that exported firmware and emulators carry, so that two taggers, or two versions, live in one program."""

from __future__ import annotations

import keyword
import re

from fpgajet.errors import BadInput
from fpgajet.quoting import is_reserved

_PATTERN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
MOST_LETTERS = 64


def identifier(model: str, version: int) -> str:
    """Name of an export, for example ``npelican_n16_c2_v1``.

    Args:
        model: name of the model.
        version: number of the version, from 1.

    Raises:
        BadInput: no identifier of C, Verilog, VHDL and Python can be made of it.
    """
    if version < 1:
        raise BadInput(f"a version is 1 or more, not {version}.")
    base = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]", "_", model.lower())).strip("_")
    if not _PATTERN.fullmatch(base) or is_reserved(base) or keyword.iskeyword(base):
        raise BadInput(
            f"{model!r} gives no name for C, Verilog and VHDL: it must begin with a letter and be no reserved "
            "word. Give another with --name."
        )
    name = f"{base}_v{version}"
    if len(name) > MOST_LETTERS:
        raise BadInput(
            f"the name {name!r} is longer than {MOST_LETTERS} letters. Give a shorter one with --name."
        )
    return name
