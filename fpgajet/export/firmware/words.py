"""Jets as packets of 64-bit words, and scores as words: what links and streams carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.export.firmware.interface import Interface, Port
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.bus import pack

WORD = 64
#: A score has the bits below this one, with its sign repeated.
SCORE_BITS = 48
SHORT, LONG = 62, 63


@dataclass(frozen=True)
class Word:
    """A word of a packet: bits ``lsb`` .. ``lsb + width - 1`` of the bus ``jet``, from its own bit 0 upwards."""

    lsb: int
    width: int

    @property
    def msb(self) -> int:
        """Highest bit on the bus."""
        return self.lsb + self.width - 1


def words_of(interface: Interface) -> tuple[Word, ...]:
    """The words of a packet: a constituent after the other, each in as few words as hold its numbers.

    Raises:
        BadInput: a score does not fit an output word.
    """
    if any(port.width > SCORE_BITS for port in interface.outputs):
        raise BadInput(f"a score has more than {SCORE_BITS} bits, which its output word does not hold.")
    words = []
    for row in interface.per_row:
        first, end = row[0].lsb, row[-1].lsb + row[-1].width
        words += [Word(lsb, min(WORD, end - lsb)) for lsb in range(first, end, WORD)]
    return tuple(words)


def packets(raw: NDArray[np.int64], interface: Interface) -> NDArray[np.uint64]:
    """The packets, uint64 [events, words], of raw inputs [events, inputs]."""
    formats = [Format(port.signed, port.width, 0) for port in interface.inputs]
    size = sum(port.width for port in interface.inputs)
    bits = np.unpackbits(pack(raw, formats, -(-size // 8)), axis=1, bitorder="little")
    words = words_of(interface)
    out = np.zeros((len(raw), len(words), WORD), dtype=np.uint8)
    for k, word in enumerate(words):
        out[:, k, : word.width] = bits[:, word.lsb : word.lsb + word.width]
    return np.packbits(out, axis=2, bitorder="little").view("<u8").reshape(len(raw), len(words))


def fields_of(word: Word, interface: Interface) -> list[tuple[Port, int, int, int]]:
    """What a word carries: the port, the lowest bit within the word, how many bits, and the port's bit there."""
    found = []
    for port in interface.inputs:
        low, high = max(port.lsb, word.lsb), min(port.msb, word.msb)
        if low <= high:
            found.append((port, low - word.lsb, high - low + 1, low - port.lsb))
    return found


def score_of(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Raw scores, int64, from output words."""
    shift = np.int64(WORD - SCORE_BITS)
    return (words.astype(np.uint64).view(np.int64) << shift) >> shift


def flag(words: NDArray[np.uint64], bit: int) -> NDArray[np.bool_]:
    """A bit of output words."""
    return (words >> np.uint64(bit) & np.uint64(1)).astype(bool)
