"""What a board returned against what was expected: the first difference, named by jet, frame and field."""

from __future__ import annotations

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
    """Where jets lie in packets, and what their words hold; ``fields`` by word of a jet.

    Attributes:
        links: that bring the words of a jet. step: words from a jet to the next.
        answered: frame of the packet with the answer of each jet.
    """

    words: int
    packet: int
    inputs: tuple[tuple[Field, ...], ...]
    outputs: tuple[tuple[Field, ...], ...]
    links: int = 1
    step: int = 0
    answered: tuple[int, ...] = ()

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
            frames = document["frames"]
            words, links = int(frames["words"]), int(frames.get("links", 1))
            step, answered = int(frames.get("step", words)), tuple(map(int, frames.get("answered", ())))
            return cls(words, int(frames["packet"]), sides[0], sides[1], links, step, answered)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(f"{path} does not say what the words of a packet hold.") from error

    def place(self, frame: int, lane: int, fields: str) -> tuple[int, int] | None:
        """Jet of the packet and word of it in a frame, None in the padding.

        Args:
            lane: of the links that bring a jet together. fields: as for :func:`compare_patterns`.
        """
        if self.links > 1 and fields == "outputs":
            return (self.answered.index(frame), self.words - 1) if frame in self.answered else None
        slot, word = divmod(frame * self.links + lane, self.step or self.words)
        jets = len(self.answered) or self.packet // self.words
        return (slot, word) if slot < jets and word < self.words else None


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
    for lane, (link, right) in enumerate(wanted.channels.items()):
        left = found.channels[link]
        if not len(right.valid):
            continue
        difference = _difference(left, right, (link, lane), layout, fields, marks and marked)
        if difference:
            return Comparison(compared, difference)
        compared += len(right.valid)
    if not compared:
        raise BadInput(f"{expected} has no valid frame, so there is nothing to compare.")
    return Comparison(compared, "")


def _difference(  # noqa: PLR0911 - a row per kind of difference
    left: Channel,
    right: Channel,
    where: tuple[int, int],
    layout: Layout | None,
    fields: str,
    marked: bool,
) -> str:
    link, lane = where
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
    at = layout.place(k % packet, lane % layout.links, fields)
    if at is None:
        return f"{place}: {got:016x} in the padding, expected {want:016x}."
    slot, word = at
    jets = len(layout.answered) or packet // layout.words
    jet = f"jet {k // packet * jets + slot} ({place}), word {word}"
    for field in (layout.outputs if fields == "outputs" else layout.inputs)[word]:
        if field.of(got) != field.of(want):
            return f"{jet}: {field.name} is {field.of(got)}, expected {field.of(want)}."
    return f"{jet}: {got:016x}, expected {want:016x}, in bits that no field uses."
