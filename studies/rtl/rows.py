"""Rows of tables about designs: a row is kept beside its Verilog and is taken again while that is unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet.files import read_json, sha256, write_json

#: Clock and part of every table of our own Verilog.
CLOCK_MHZ = 320.0
PART = "xcvu9p"
#: Beside the Verilog of a design.
ROW = "row.json"


def known_row(folder: Path, **facts: int) -> dict[str, Any] | None:
    """The row in the folder of a design, if it was found for this Verilog and these facts."""
    if not (folder / ROW).is_file():
        return None
    known = read_json(folder / ROW)
    same = known.get("verilog") == digests(folder) and known.get("facts") == facts
    return dict(known["row"]) if same else None


def keep_row(folder: Path, row: dict[str, Any], **facts: int) -> dict[str, Any]:
    """Write a row beside its Verilog, for :func:`known_row`."""
    write_json(folder / ROW, {"verilog": digests(folder), "facts": facts, "row": row})
    return row


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every Verilog file of a design."""
    return {path.name: sha256(path) for path in sorted(folder.glob("*.v"))}
