"""Pattern files of an export, and what its ``interface.json`` says of their words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.export.firmware.interface import Interface, Port
from fpgajet.export.firmware.words import fields_of, words_of
from fpgajet.export.patterns.board import Board, Packing, split
from fpgajet.export.patterns.formats import FORMATS
from fpgajet.files import read_json, write_json, write_text

#: Folder of an export with a folder per format.
FOLDER = "patterns"


def write_patterns(
    folder: Path, name: str, packing: Packing, jets: NDArray[np.uint64], answers: NDArray[np.uint64]
) -> None:
    """``patterns/FORMAT/in_000.txt`` and ``out_000.txt``, ..., each as long as the buffer of a link.

    Args:
        folder: of the export.
        name: of the board in the files.
        jets: words [jets, words]. answers: the word expected for each, [slots] with those of the empty slots.

    Raises:
        CannotWrite: the folder cannot be written.
    """
    for side, channels in (("in", packing.channels(jets)), ("out", (packing.answers(answers),))):
        for number, pieces in enumerate(zip(*map(split, channels), strict=True)):
            for kind, text in FORMATS.items():
                board = Board(f"{name} {side}", dict(enumerate(pieces)))
                write_text(folder / FOLDER / kind / f"{side}_{number:03d}.txt", text(board))


def add_frames(
    path: Path, interface: Interface, packing: Packing, output: Sequence[dict[str, object]]
) -> None:
    """Add to ``interface.json`` what ``fpgajet patterns compare`` needs to name a jet and a field.

    Args:
        output: fields of an answer.
    """
    frames: dict[str, Any] = {
        "packet": packing.packet,
        "words": packing.words,
        "links": packing.links,
        "step": packing.step,
        "answered": packing.answered,
        "input_words": _input_words(interface),
        "output_words": [list(output)] * packing.words,
    }
    write_json(path, read_json(path) | {"frames": frames})


def _input_words(interface: Interface) -> list[list[dict[str, Any]]]:
    """By word of a jet, its fields: those of the word itself, or the parts of the ports that it carries."""
    if interface.word_fields:
        return [
            [
                {"name": f"{row}_{name}", "low": low, "bits": bits, "signed": signed}
                for name, low, bits, signed in interface.word_fields
            ]
            for row in interface.row_names
        ]
    return [[_part(*field) for field in fields_of(word, interface)] for word in words_of(interface)]


def _part(port: Port, low: int, bits: int, first: int) -> dict[str, Any]:
    """A port, or the part of it that a word carries."""
    whole = bits == port.width
    name = port.name if whole else f"bits {first + bits - 1}:{first} of {port.name}"
    return {"name": name, "low": low, "bits": bits, "signed": port.signed and whole}
