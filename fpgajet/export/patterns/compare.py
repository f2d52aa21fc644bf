"""What a board returned against what was expected: the first difference, named by jet, frame and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.export.patterns.board import LAST, PACKET, START, Channel
from fpgajet.export.patterns.formats import read_board
from fpgajet.files import read_json


@dataclass(frozen=True)
class Field:
    """Bits of a word: ``low`` .. ``low + bits - 1``."""

    name: str
    low: int
    bits: int
    signed: bool = False

    def of(self, word: int) -> int:
        """Its value in a word."""
        value = word >> self.low & ((1 << self.bits) - 1)
        return value - (1 << self.bits) if self.signed and value >> (self.bits - 1) else value


@dataclass(frozen=True)
class Layout:
    """Where jets lie in packets, and what their words hold; ``fields`` by word of a jet."""

    words: int
    packet: int
    inputs: tuple[tuple[Field, ...], ...]
    outputs: tuple[tuple[Field, ...], ...]

    @classmethod
    def read(cls, path: Path) -> Layout:
        """From ``interface.json`` of an export.

        Raises:
            BadInput: it says nothing of words.
        """
        document: dict[str, Any] = read_json(path)
        try:
            sides = [
                tuple(tuple(Field(**field) for field in word) for word in document["frames"][side])
                for side in ("input_words", "output_words")
            ]
            return cls(int(document["frames"]["words"]), int(document["frames"]["packet"]), *sides)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(f"{path} does not say what the words of a packet hold.") from error


@dataclass(frozen=True)
class Comparison:
    """Outcome of a comparison.

    Attributes:
        frames: valid frames that were compared, over all links.
        difference: the first difference in words, empty if there is none.
    """

    frames: int
    difference: str


def compare_patterns(
    returned: Path, expected: Path, layout: Layout | None, fields: str = "outputs"
) -> Comparison:
    """Compare two pattern files by their valid frames, so a delay between them does not matter.

    Args:
        returned, expected: in any of the formats, not necessarily the same one.
        layout: names jets and fields; without it only frames and bits are named.
        fields: ``outputs`` or ``inputs``, which words the files hold.

    Raises:
        BadInput: a file cannot be read, or there is nothing to compare.
    """
    (found, marks), (wanted, marked) = read_board(returned), read_board(expected)
    missing = sorted(set(wanted.channels) - set(found.channels))
    if missing:
        return Comparison(0, f"link {missing[0]} is missing in {returned}.")
    compared = 0
    words = () if layout is None else (layout.outputs if fields == "outputs" else layout.inputs)
    for link, right in wanted.channels.items():
        left = found.channels[link]
        if not len(right.valid):
            continue
        difference = _difference(left, right, link, layout, words, marks and marked)
        if difference:
            return Comparison(compared, difference)
        compared += len(right.valid)
    if not compared:
        raise BadInput(f"{expected} has no valid frame, so there is nothing to compare.")
    return Comparison(compared, "")


def _difference(  # noqa: PLR0911 - a row per kind of difference
    left: Channel,
    right: Channel,
    link: int,
    layout: Layout | None,
    words: Sequence[Sequence[Field]],
    marked: bool,
) -> str:
    a, b = left.valid, right.valid
    both = min(len(a), len(b))
    differs = left.data[a[:both]] != right.data[b[:both]]
    if marked:
        differs |= (left.flags[a[:both]] & (START | LAST)) != (right.flags[b[:both]] & (START | LAST))
    if not differs.any():
        if len(a) < len(b):
            return f"link {link}: the file ends after {len(a)} of {len(b)} valid frames."
        return ""
    k = int(differs.argmax())
    got, want = int(left.data[a[k]]), int(right.data[b[k]])
    packet = PACKET if layout is None else layout.packet
    place = (
        f"link {link}, packet {k // packet}, frame {k % packet} of the packet (frame {a[k]} of the file, "
        f"{b[k]} of the expected one)"
    )
    if got == want:
        return f"{place}: start or end of a packet is marked differently."
    if layout is None:
        return f"{place}: {got:016x}, expected {want:016x}."
    slot, word = divmod(k % packet, layout.words)
    jets = layout.packet // layout.words
    if slot >= jets:
        return f"{place}: {got:016x} in the padding, expected {want:016x}."
    jet = f"jet {k // packet * jets + slot} ({place}), word {word}"
    for field in words[word]:
        if field.of(got) != field.of(want):
            return f"{jet}: {field.name} is {field.of(got)}, expected {field.of(want)}."
    return f"{jet}: {got:016x}, expected {want:016x}, in bits that no field uses."
