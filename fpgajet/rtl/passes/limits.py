"""Saturation, ReLU and masks of one value as one LIMIT cell: two bits in each look-up table.

alkaid traces them as separate gates: a multiplexer with the highest value, an AND with the sign, an AND with
each mask. Together they are (bit or overflow) and not negative and masks, for every bit: at most three control
signals, so that two bits share one LUT6_2 (``library/fpgajet_limit.v``).
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.cells import And, Cell, Constant, Control, Format, Limit, Mux, Negate, Not, Role, Trim
from fpgajet.rtl.ir.netlist import Netlist

#: Control signals beside two bits at the five inputs of a LUT6_2.
CONTROLS = 3


class _Limited(NamedTuple):
    """(value | overs) & gates & ~kills; all by cell number, the controls one bit wide."""

    value: int
    overs: Set[int]
    gates: Set[int]
    kills: Set[int]


def merge_limits(netlist: Netlist) -> Netlist:
    """Turn chains of gates on all bits of a value into LIMIT cells."""
    limited: dict[int, _Limited] = {}
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for cell in netlist.cells:
        moved = cell.moved(renumbered)
        found = _gated(netlist, cell) or _saturated(netlist, cell)
        if found is None:
            renumbered.append(builder.add(moved))
            continue
        value, *controls = found
        overs, gates, kills = ({_top_bit(builder, renumbered[n]) for n in group} for group in controls)
        inner = limited.get(renumbered[value])
        mapped = _Limited(renumbered[value], overs, gates, kills)
        if inner is not None and not overs:
            mapped = _Limited(inner.value, inner.overs, inner.gates | gates, inner.kills | kills)
        made = _limit(builder, mapped, moved)
        limited[made] = mapped
        renumbered.append(made)
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _gated(netlist: Netlist, cell: Cell) -> _Limited | None:
    """AND of a value with one bit that stands at every place."""
    if not isinstance(cell, And):
        return None
    for mask, value, mask_shift, shift in ((cell.a, cell.b, 0, cell.shift), (cell.b, cell.a, cell.shift, 0)):
        fill = netlist.cells[mask]
        reaches = cell.format.fraction - fill.format.fraction + mask_shift <= 0
        if isinstance(fill, Negate) and fill.format.width == 1 and reaches:
            source = netlist.cells[fill.a]
            if source.format.width != 1 or not _same_bits(netlist, value, cell, shift):
                continue
            if isinstance(source, Not):
                return _Limited(value, set(), set(), {source.a})
            return _Limited(value, set(), {fill.a}, set())
    return None


def _saturated(netlist: Netlist, cell: Cell) -> _Limited | None:
    """Multiplexer between all ones and a value."""
    if not isinstance(cell, Mux) or cell.format.signed:
        return None
    top = netlist.cells[cell.chosen]
    ones = (1 << cell.format.width) - 1
    full = isinstance(top, Constant) and top.raw == ones and top.format.fraction == cell.format.fraction
    if full and _same_bits(netlist, cell.otherwise, cell, cell.shift):
        return _Limited(cell.otherwise, {cell.key}, set(), set())
    return None


def _same_bits(netlist: Netlist, value: int, cell: Cell, shift: int) -> bool:
    """Whether a value has the bits of the result, nothing cut off, nothing added."""
    given = netlist.cells[value].format
    plain = cell.format.fraction - given.fraction + shift == 0 and given.width == cell.format.width
    return plain and not isinstance(netlist.cells[value], Constant)


def _top_bit(builder: Builder, number: int) -> int:
    """The highest bit of a signal, which is what a multiplexer looks at, as a signal."""
    shape = builder.cells[number].format
    if shape.width == 1:
        return number
    return builder.add(Trim(number, format=Format(False, 1, shape.fraction - shape.width + 1)))


def _limit(builder: Builder, limited: _Limited, like: Cell) -> int:
    overs, gates, kills = (sorted(group) for group in limited[1:])
    if len(overs) + len(gates) + len(kills) > CONTROLS and len(gates) > 1:
        gates = [_all_of(builder, gates)]
    by_role = {Role.OVER: overs, Role.GATE: gates, Role.KILL: kills}
    controls = tuple(Control(signal, role) for role, signals in by_role.items() for signal in signals)
    top = (1 << like.format.width) - 1
    bounds = like.bounds or ((0, top) if not like.format.signed else like.range)
    return builder.add(Limit(limited.value, controls, format=like.format, bounds=bounds))


def _all_of(builder: Builder, bits: list[int]) -> int:
    """One bit: all of several, in pairs, so that a pair of masks is made once for all channels."""
    whole = bits[0]
    for bit in bits[1:]:
        shift = builder.cells[bit].format.fraction - builder.cells[whole].format.fraction
        shape = Format(False, 1, builder.cells[whole].format.fraction)
        whole = builder.add(And(whole, bit, shift, format=shape))
    return whole
