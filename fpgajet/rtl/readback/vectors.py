"""Numbers from bits: what a vector of bits from several places is as nodes of the scalar graph.

A :class:`Word` has a node whose value is congruent to its bits modulo 2**width. Which integer is meant, with sign or
without, is decided where it matters: where bits are cut off, extended or compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.rtl.readback.hierarchy import NotRead
from fpgajet.scalars import Op, ScalarGraph

#: Numbers of more bits are cut to their width.
LARGEST = 1 << (EXACT_BITS - 2)
_WIDE = FixedType(True, EXACT_BITS, 0)


@dataclass(frozen=True, eq=False)
class Word:
    """Bits that one cell computes.

    Attributes:
        node: congruent to the bits modulo 2**width.
        table: for one bit of a table, the word of its address, and the bit for every value of it.
    """

    node: int
    width: int
    table: tuple[Word, tuple[int, ...]] | None = None


#: A bit of a word, or 0 or 1.
WordBit = tuple[Word, int] | int


class Piece(NamedTuple):
    """Some bits of a vector: of a word from ``low`` on; one bit of it repeated; or a constant."""

    word: Word | None
    low: int
    size: int
    repeated: bool = False
    value: int = 0


def pieces(bits: Sequence[WordBit]) -> list[Piece]:
    """A vector, lowest bit first, as few pieces as possible."""
    found: list[Piece] = []
    for bit in bits:
        last = found[-1] if found else None
        if isinstance(bit, int):
            if last and last.word is None:
                found[-1] = last._replace(size=last.size + 1, value=last.value | bit << last.size)
            else:
                found.append(Piece(None, 0, 1, value=bit))
            continue
        word, place = bit
        if last and last.word is word and not last.repeated and place == last.low + last.size:
            found[-1] = last._replace(size=last.size + 1)
        elif last and last.word is word and place == last.low and (last.repeated or last.size == 1):
            found[-1] = last._replace(size=last.size + 1, repeated=True)
        else:
            found.append(Piece(word, place, 1))
    return found


def _unextended(parts: list[Piece]) -> tuple[list[Piece], bool]:
    """Without repeated sign bits at the top, and whether the top bit then stands for them all."""
    if not parts or parts[-1].word is None:
        return parts, False
    last, before = parts[-1], parts[-2] if len(parts) > 1 else None
    single = last.repeated or last.size == 1
    follows = before is not None and before.word is last.word and not before.repeated
    if single and before and follows and before.low + before.size - 1 == last.low:
        return parts[:-1], True
    if last.repeated:
        return [*parts[:-1], Piece(last.word, last.low, 1)], True
    return parts, False


@dataclass
class Numbers:
    """Nodes of vectors in one graph."""

    graph: ScalarGraph

    def signed(self, bits: Sequence[WordBit]) -> int:
        """The number with sign."""
        parts, _ = _unextended(pieces(self._joined(bits)))
        return self._cut(parts, signed=True)

    def unsigned(self, bits: Sequence[WordBit]) -> int:
        """The number without sign."""
        parts, extended = _unextended(pieces(self._joined(bits)))
        if extended:
            return self.cut(self._cut(parts, signed=True), 0, len(bits), signed=False)
        return self._cut(parts, signed=False)

    def residue(self, bits: Sequence[WordBit]) -> int:
        """Any number congruent to the bits modulo 2**len(bits); one bit is 0 or 1."""
        if len(bits) == 1:
            return self.unsigned(bits)
        parts, extended = _unextended(pieces(self._joined(bits)))
        return self._cut(parts, signed=True) if extended else self._sum(parts)

    def exact(self, bits: Sequence[WordBit]) -> int:
        """A number that tells all values of the bits apart, 0 for 0."""
        found = self.residue(bits)
        node, top = self.graph.nodes[found], 1 << len(bits)
        if (node.lowest >= 0 and node.highest < top) or (-top <= 2 * node.lowest and 2 * node.highest < top):
            return found
        return self.unsigned(bits)

    def cut(self, node: int, low: int, size: int, *, signed: bool) -> int:
        """Bits ``low`` to ``low + size`` of a number."""
        known = self.graph.nodes[node]
        if known.op is Op.CONSTANT:
            value = known.number >> low & ((1 << size) - 1)
            return self.graph.constant(value - (1 << size) if signed and value >> (size - 1) else value)
        if size > EXACT_BITS:
            raise NotRead(f"a number of {size} bits is cut")
        if size == 1:
            bit = self.graph.quantise(node, low, FixedType(False, 1, 0))
            return self.graph.subtract(self.graph.constant(0), bit) if signed else bit
        return self.graph.quantise(node, low, FixedType(signed, size, 0))

    def _floor(self, node: int, low: int) -> int:
        """A number without its ``low`` lowest bits."""
        return self.graph.quantise(node, low, _WIDE) if low else node

    def fitted(self, node: int, width: int) -> Word:
        """A node as a word; cut where it grows too large."""
        known = self.graph.nodes[node]
        if max(-known.lowest, known.highest) >= LARGEST:
            node = self.cut(node, 0, width, signed=True)
        return Word(node, width)

    # -- pieces ----------------------------------------------------------------------------------

    def _sum(self, parts: list[Piece]) -> int:
        """Congruent to the bits of the parts. What stands above the highest of them does not matter."""
        total, place = self.graph.constant(0), 0
        for part in parts:
            if part is parts[-1] and part.word and not part.repeated:
                found = self._floor(part.word.node, part.low)
            else:
                found = self._piece(part)
            total = self.graph.add(total, self.graph.shift(found, place))
            place += part.size
        return total

    def _cut(self, parts: list[Piece], *, signed: bool) -> int:
        """The number that the bits of the parts are."""
        if len(parts) == 1 and parts[0].word and not parts[0].repeated:
            return self._slice(parts[0].word, parts[0].low, parts[0].size, signed=signed)
        return self.cut(self._sum(parts), 0, sum(part.size for part in parts), signed=signed)

    def _piece(self, part: Piece) -> int:
        if part.word is None:
            return self.graph.constant(part.value)
        if part.repeated:
            bit = self._slice(part.word, part.low, 1, signed=False)
            return self.graph.multiply(bit, self.graph.constant((1 << part.size) - 1))
        return self._slice(part.word, part.low, part.size, signed=False)

    def _slice(self, word: Word, low: int, size: int, *, signed: bool) -> int:
        known, half = self.graph.nodes[word.node], 1 << (word.width - 1)
        if size == 1 and low == word.width - 1 and -half <= known.lowest and known.highest < half and low:
            bit = self.graph.less(word.node, self.graph.constant(0))
            return self.graph.subtract(self.graph.constant(0), bit) if signed else bit
        return self.cut(word.node, low, size, signed=signed)

    # -- tables ----------------------------------------------------------------------------------

    def _joined(self, bits: Sequence[WordBit]) -> list[WordBit]:
        """Bits of tables with one address as bits of one table."""
        found: dict[Word, list[Word]] = {}
        for bit in bits:
            if isinstance(bit, tuple) and bit[0].table:
                members = found.setdefault(bit[0].table[0], [])
                if bit[0] not in members:
                    members.append(bit[0])
        places: dict[Word, tuple[Word, int]] = {}
        for address, members in found.items():
            if len(members) > 1:
                joined = self._table(address, members)
                places |= {member: (joined, place) for place, member in enumerate(members)}
        return [places.get(bit[0], bit) if isinstance(bit, tuple) else bit for bit in bits]

    def _table(self, address: Word, members: list[Word]) -> Word:
        columns = [member.table[1] for member in members if member.table]
        entries = np.zeros(1 << address.width, dtype=np.int64)
        for place, column in enumerate(columns):
            entries += np.array(column, dtype=np.int64) << place
        return Word(self.entry(address, tuple(entries.tolist())), len(members))

    def entry(self, address: Word, entries: tuple[int, ...]) -> int:
        """Node of a table's entry at the bits of a word."""
        index = self.cut(address.node, 0, address.width, signed=False)
        return self.graph.lookup(self.graph.table(entries), index)
