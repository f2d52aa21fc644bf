"""PuppiSort: candidates in falling pT, by a sorting network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.operator import Operator, Shape, expect
from fpgajet.ops.puppi_words import PIECE_BITS, PIECES, PT, is_piece, read_pt, unsigned
from fpgajet.ops.roles import MOMENTUM_AXES, Axes

Pair = tuple[int, int]


@dataclass(frozen=True)
class PuppiSort(Operator):
    """The words of N candidates in falling pT; of equal pT, the one that came first stays first.

    Batcher's odd-even merge sort: fixed comparisons, one layer after the other, and at each an exchange or none. It
    compares the number pT 2^k + (N - 1 - i) of the candidate that came in slot i, k bits for the slot. No two are
    equal, so ties are as stated, and empty slots (pT = 0) come last, in the order in which they came. All 64 bits of
    a word move with it. Source: Batcher, AFIPS 1968; Knuth, The Art of Computer Programming 3, algorithm 5.2.2 M.

    Input [..., H + N, 4]: pieces of 16 bits of every word, the lowest first; the first H = ``jet_words`` rows pass
    unchanged. Output: the same shape.

    Attributes:
        jet_words: 1 where the jet's own word comes first, else 0.
    """

    inputs: ClassVar[int] = 1
    function: ClassVar[str] = "puppi_sort"

    constituents: int
    jet_words: int

    @property
    def slot_bits(self) -> int:
        """k, bits of a slot."""
        return (self.constituents - 1).bit_length()

    def output_shape(self, *shapes: Shape) -> Shape:
        expect(self.jet_words in (0, 1), f"PuppiSort: 0 or 1 words of the jet, not {self.jet_words}")
        wanted = (self.jet_words + self.constituents, PIECES)
        expect(tuple(shapes) == (wanted,), f"PuppiSort needs {list(wanted)}, not {list(shapes)}")
        expect(is_piece(self.output), "PuppiSort gives pieces of 16 bits")
        return wanted

    def output_axes(self, *axes: Axes) -> Axes:
        return MOMENTUM_AXES

    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        n, k = self.constituents, self.slot_bits
        words = a.take(inputs[0], np.arange(self.jet_words, self.jet_words + n), -2)
        slots = a.constant(np.arange(n - 1.0, -1.0, -1.0))
        key = a.note("key", a.scale(read_pt(a, words), k) + slots)
        # What moves with the key: the other bits of a word.
        low = a.quantise("low", a.scale(a.take(words, 0, -1), -PT.bits), unsigned(PIECE_BITS - PT.bits))
        others = a.concat([a.expand(low, -1), a.take(words, np.arange(1, PIECES), -1)], -1)
        for layer in layers(n):
            first, second = (np.array(side) for side in zip(*layer, strict=True))
            later = a.less(a.take(key, first, -1), a.take(key, second, -1))
            key = self.exchanged(a, key, later, layer, -1)
            others = self.exchanged(a, others, a.expand(later, -1), layer, -2)
        pt = a.quantise("sorted", a.scale(key, -k), PT)
        low = pt + a.scale(a.take(others, 0, -1), PT.bits)
        moved = a.concat([a.expand(low, -1), a.take(others, np.arange(1, PIECES), -1)], -1)
        if self.jet_words:
            moved = a.concat([a.take(inputs[0], np.arange(self.jet_words), -2), moved], -2)
        return a.quantise("output", moved, self.output)

    def exchanged(self, a: Arithmetic[A], x: A, later: A, layer: Sequence[Pair], axis: int) -> A:
        """``x`` with the rows of those pairs exchanged whose bit ``later`` is 1."""
        first, second = (np.array(side) for side in zip(*layer, strict=True))
        rest = np.setdiff1d(np.arange(self.constituents), np.concatenate([first, second]))
        here, there = a.take(x, first, axis), a.take(x, second, axis)
        rows = [a.select(later, there, here), a.select(later, here, there)]
        rows += [a.take(x, rest, axis)] if len(rest) else []
        return a.take(a.concat(rows, axis), np.argsort(np.concatenate([first, second, rest])), axis)

    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        return {"constituents": self.constituents, "jet_words": self.jet_words, "slot_bits": self.slot_bits}

    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        units, key = Inventory(), PT.bits + self.slot_bits
        moved = key + PIECES * PIECE_BITS - PT.bits
        for layer in layers(self.constituents):  # a comparison takes two bits a LUT
            units.selectors += [Units(len(layer), -(-key // 2)), Units(2 * len(layer), moved)]
            units.adder_levels += 1
        return units


def layers(n: int) -> Iterator[list[Pair]]:
    """Comparators (i, j), i < j, of Batcher's odd-even merge sort of n numbers; those of a layer share no row."""
    run = 1
    while run < n:  # sorted runs of this length become runs of twice the length
        step = run
        while step:
            start = step % run
            yield [
                (i, i + step)
                for i in range(start, n - step)
                if (i - start) // step % 2 == 0 and i // (2 * run) == (i + step) // (2 * run)
            ]
            step //= 2
        run *= 2
