"""Numbers through a netlist: the meaning of every cell, against which passes and Verilog are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.rtl.ir.cells import (
    AllBits,
    And,
    AnyBit,
    Cell,
    Constant,
    Copy,
    Distance,
    Format,
    Input,
    Limit,
    Mac,
    Mux,
    Negate,
    Not,
    Or,
    Product,
    Relu,
    Role,
    Sum,
    Table,
    Term,
    Trim,
    Xor,
    require_rows,
)
from fpgajet.rtl.ir.netlist import Netlist

RawValues = NDArray[np.int64]


def evaluate(netlist: Netlist, raw: NDArray[Any]) -> RawValues:
    """Raw outputs [jets, outputs] of raw inputs [jets, inputs]; signals must stay below 63 bits."""
    signals = Signals(netlist, np.asarray(raw))
    for cell in netlist.cells:
        signals.values.append(wrap(compute(cell, signals), cell.format))
    return np.stack([signals.values[number] for number in netlist.outputs], axis=-1)


@dataclass
class Signals:
    """Raw values [jets] of the cells computed so far."""

    netlist: Netlist
    inputs: NDArray[Any]
    values: list[RawValues] = field(default_factory=list)

    def format(self, number: int) -> Format:
        return self.netlist.cells[number].format

    def at(self, number: int, fraction: int, shift: int = 0) -> RawValues:
        """A signal times 2**shift with so many fraction bits."""
        return at_fraction(self.values[number], self.format(number).fraction - shift, fraction)

    def term(self, term: Term, fraction: int) -> RawValues:
        """A term of a sum with so many fraction bits."""
        return np.asarray(term.sign * self.at(term.arg, fraction, term.shift))


def wrap(raw: RawValues, shape: Format) -> RawValues:
    """The low ``width`` bits, read with or without sign."""
    low = raw & np.int64((1 << shape.width) - 1)
    sign = (low >> np.int64(shape.width - 1)) << np.int64(shape.width)
    return np.asarray(low - sign if shape.signed else low)


def at_fraction(raw: RawValues, fraction: int, wanted: int) -> RawValues:
    """Move the binary point; finer bits are cut off (rounds down)."""
    move = np.int64(wanted - fraction)
    return np.asarray(raw << move if move >= 0 else raw >> -move)


@singledispatch
def compute(cell: Cell, signals: Signals) -> RawValues:
    """Raw values [jets] of a cell, before they are wrapped to its format."""
    raise NotImplementedError(type(cell))


@compute.register
def _(cell: Input, signals: Signals) -> RawValues:
    return np.asarray(signals.inputs[:, cell.index], dtype=np.int64)


@compute.register
def _(cell: Constant, signals: Signals) -> RawValues:
    return np.full(len(signals.inputs), cell.raw, dtype=np.int64)


@compute.register
def _(cell: Sum, signals: Signals) -> RawValues:
    finest = [signals.format(term.arg).fraction - term.shift for term in cell.terms]
    common = max(cell.format.fraction, cell.constant.fraction, *finest)
    constant = np.full(len(signals.inputs), cell.constant.value, dtype=np.int64)
    total = at_fraction(constant, cell.constant.fraction, common)
    for term in cell.terms:
        total = total + signals.term(term, common)
    return at_fraction(total, common, cell.format.fraction)


@compute.register
def _(cell: Negate, signals: Signals) -> RawValues:
    return -signals.at(cell.a, cell.format.fraction)


@compute.register
def _(cell: Trim, signals: Signals) -> RawValues:
    return signals.at(cell.a, cell.format.fraction, cell.shift)


@compute.register
def _(cell: Relu, signals: Signals) -> RawValues:
    positive = np.maximum(signals.values[cell.a], 0)
    return at_fraction(positive, signals.format(cell.a).fraction, cell.format.fraction)


@compute.register
def _(cell: Table, signals: Signals) -> RawValues:
    address = signals.values[cell.a] & ((1 << signals.format(cell.a).width) - 1)
    return np.asarray(np.array(signals.netlist.tables[cell.table], dtype=np.int64)[address])


@compute.register
def _(cell: Not, signals: Signals) -> RawValues:
    return ~signals.values[cell.a]


@compute.register
def _(cell: AnyBit, signals: Signals) -> RawValues:
    return np.asarray(signals.values[cell.a] != 0, dtype=np.int64)


@compute.register
def _(cell: AllBits, signals: Signals) -> RawValues:
    ones = wrap(signals.values[cell.a], Format(True, signals.format(cell.a).width, 0)) == -1
    return np.asarray(ones, dtype=np.int64)


@compute.register
def _(cell: Copy, signals: Signals) -> RawValues:
    return signals.values[cell.a]


@compute.register
def _(cell: Mux, signals: Signals) -> RawValues:
    top = (signals.values[cell.key] >> np.int64(signals.format(cell.key).width - 1)) & 1 == 1
    chosen = signals.at(cell.chosen, cell.format.fraction)
    return np.where(top, chosen, signals.at(cell.otherwise, cell.format.fraction, cell.shift))


@compute.register
def _(cell: And, signals: Signals) -> RawValues:
    return signals.at(cell.a, cell.format.fraction) & signals.at(cell.b, cell.format.fraction, cell.shift)


@compute.register
def _(cell: Or, signals: Signals) -> RawValues:
    return signals.at(cell.a, cell.format.fraction) | signals.at(cell.b, cell.format.fraction, cell.shift)


@compute.register
def _(cell: Xor, signals: Signals) -> RawValues:
    return signals.at(cell.a, cell.format.fraction) ^ signals.at(cell.b, cell.format.fraction, cell.shift)


@compute.register
def _(cell: Product, signals: Signals) -> RawValues:
    fraction = signals.format(cell.a).fraction + signals.format(cell.b).fraction
    return at_fraction(signals.values[cell.a] * signals.values[cell.b], fraction, cell.format.fraction)


@compute.register
def _(cell: Distance, signals: Signals) -> RawValues:
    return np.asarray(np.abs(signals.values[cell.a] - signals.values[cell.b]))


@compute.register
def _(cell: Mac, signals: Signals) -> RawValues:
    total = signals.values[cell.a]
    if cell.d is not None:
        total = total + cell.pre * signals.values[cell.d]
    total = total * signals.values[cell.b]
    if cell.w is not None:
        total = total + signals.term(cell.w, cell.format.fraction)
    if cell.z is None:
        return np.asarray(cell.sign * total)
    return np.asarray(cell.sign * total + signals.term(cell.z, cell.format.fraction))


@compute.register
def _(cell: Limit, signals: Signals) -> RawValues:
    bits = signals.values[cell.value]
    controls = [(signals.values[control.arg] & 1 == 1, control.role) for control in cell.controls]
    for bit, role in controls:
        bits = np.where(bit & (role is Role.OVER), np.int64(-1), bits)
    for bit, role in controls:
        bits = np.where((role is not Role.OVER) & (bit == (role is Role.KILL)), 0, bits)
    return np.asarray(bits)


require_rows(compute)
