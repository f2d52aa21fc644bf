"""Tables in hardware: every bit a function of those address bits that it depends on, see ``library/fpgajet_rom.v``.

Left to a synthesiser, the table of a smooth function is factored into many small gates, more of them than the
2^(k-6) look-up tables a bit that hold any table of 2^k entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fpgajet.rtl.write.syntax import Body, Syntax

#: Address bits that two bits of a table may have in common look-up tables.
SHARED = 5


class Bit(NamedTuple):
    """One bit of a table: its place, the address bits it depends on (lowest first), its value by these."""

    place: int
    support: tuple[int, ...]
    truth: int


def table_bits(entries: Sequence[int], width: int, address_bits: int) -> list[Bit]:
    """The bits of a table of ``2**address_bits`` entries."""
    return [
        _reduced(place, [entry >> place & 1 for entry in entries], address_bits) for place in range(width)
    ]


def _reduced(place: int, values: list[int], address_bits: int) -> Bit:
    """Leave out the address bits that a bit does not depend on."""
    support: list[int] = []
    for k in reversed(range(address_bits)):
        high = [v for n, v in enumerate(values) if n >> k & 1]
        low = [v for n, v in enumerate(values) if not n >> k & 1]
        if high == low:
            values = low
        else:
            support.insert(0, k)
    return Bit(place, tuple(support), sum(value << n for n, value in enumerate(values)))


def spread(bit: Bit, support: Sequence[int]) -> int:
    """Truth of a bit over more address bits than it depends on."""
    positions = [support.index(k) for k in bit.support]
    return sum(
        (bit.truth >> sum((n >> p & 1) << i for i, p in enumerate(positions)) & 1) << n
        for n in range(1 << len(support))
    )


def pairs(bits: Sequence[Bit]) -> tuple[list[tuple[Bit, Bit]], list[Bit]]:
    """Bits two by two in common look-up tables, and those left over."""
    found: list[tuple[Bit, Bit]] = []
    left: list[Bit] = []
    for bit in sorted(bits, key=lambda b: -len(b.support)):
        partner = next((b for b in left if len(set(b.support) | set(bit.support)) <= SHARED), None)
        if partner is None:
            left.append(bit)
        else:
            left.remove(partner)
            found.append((partner, bit))
    return found, left


def write_table(
    body: Body, syntax: Syntax, entries: Sequence[int], width: int, address_bits: int, address: str, out: str
) -> None:
    """Set the signal ``out`` to ``entries[address]``."""

    def wires(support: Sequence[int]) -> tuple[str, int]:
        return syntax.join([syntax.part(address, k, k) for k in reversed(support)]), len(support)

    bits = table_bits(entries, width, address_bits)
    for bit in bits:
        if not bit.support:
            value = syntax.literal(bit.truth & 1, 1)
            body.lines.append(syntax.assign(syntax.part(out, bit.place, bit.place), value))
    two, single = pairs([bit for bit in bits if bit.support])
    for first, second in two:
        support = sorted(set(first.support) | set(second.support))
        truths = [(spread(bit, support), 1 << len(support)) for bit in (first, second)]
        results = [syntax.part(out, bit.place, bit.place) for bit in (second, first)]
        label = f"{out}_t{first.place}"
        parameters: list[int | tuple[int, int]] = [len(support), *truths]
        syntax.instance(body, "fpgajet_rom2", label, parameters, [wires(support)], results)
    for bit in single:
        parameters = [len(bit.support), (bit.truth, 1 << len(bit.support))]
        result = [syntax.part(out, bit.place, bit.place)]
        syntax.instance(body, "fpgajet_rom", f"{out}_t{bit.place}", parameters, [wires(bit.support)], result)
