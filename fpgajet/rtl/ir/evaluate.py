"""Numbers through a netlist: the meaning of every cell, against which passes and Verilog are checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.rtl.ir.netlist import Cell, Format, Kind, Limit, Netlist

Raw = NDArray[np.int64]


def evaluate(netlist: Netlist, raw: NDArray[Any]) -> Raw:
    """Raw outputs [jets, outputs] of raw inputs [jets, inputs]; signals must stay below 63 bits."""
    values: list[Raw] = []
    for cell in netlist.cells:
        args = [(values[arg], netlist.cells[arg].format) for arg in cell.args]
        if cell.kind is Kind.INPUT:
            values.append(np.asarray(raw[:, cell.data[0]], dtype=np.int64))
        elif cell.kind is Kind.CONSTANT:
            values.append(np.full(len(raw), cell.data[0], dtype=np.int64))
        elif cell.kind is Kind.MAC:
            values.append(wrap(_mac(cell, values, netlist), cell.format))
        elif cell.kind is Kind.TABLE:
            address = args[0][0] & ((1 << args[0][1].width) - 1)
            values.append(np.array(netlist.tables[cell.data[0]], dtype=np.int64)[address])
        else:
            values.append(wrap(_compute(cell, args), cell.format))
    return np.stack([values[number] for number in netlist.outputs], axis=-1)


def wrap(raw: Raw, shape: Format) -> Raw:
    """The low ``width`` bits, read with or without sign."""
    low = raw & np.int64((1 << shape.width) - 1)
    sign = (low >> np.int64(shape.width - 1)) << np.int64(shape.width)
    return np.asarray(low - sign if shape.signed else low)


def at_fraction(raw: Raw, fraction: int, wanted: int) -> Raw:
    """Move the binary point; finer bits are cut off (rounds down)."""
    move = np.int64(wanted - fraction)
    return np.asarray(raw << move if move >= 0 else raw >> -move)


def _compute(cell: Cell, args: list[tuple[Raw, Format]]) -> Raw:  # noqa: PLR0911, PLR0912
    (a, fa), fraction = args[0], cell.format.fraction
    b, fb = args[1] if len(args) > 1 else (a, fa)
    shift = cell.data[0] if cell.data else 0
    match cell.kind:
        case Kind.TRIM:
            return at_fraction(a, fa.fraction - shift, fraction)
        case Kind.RELU:
            return at_fraction(np.maximum(a, 0), fa.fraction, fraction)
        case Kind.NEGATE:
            return -at_fraction(a, fa.fraction, fraction)
        case Kind.NOT:
            return ~a
        case Kind.ANY:
            return np.asarray(a != 0, dtype=np.int64)
        case Kind.ALL:
            return np.asarray(wrap(a, Format(True, fa.width, 0)) == -1, dtype=np.int64)
        case Kind.COPY:
            return a
        case Kind.DISTANCE:
            return np.asarray(np.abs(a - b))
        case Kind.PRODUCT:
            return at_fraction(a * b, fa.fraction + fb.fraction, fraction)
        case Kind.MUX:
            key, fk = args[2]
            chosen = (key >> np.int64(fk.width - 1)) & 1 == 1
            x, y = at_fraction(a, fa.fraction, fraction), at_fraction(b, fb.fraction - shift, fraction)
            return np.where(chosen, x, y)
        case Kind.SUM:
            return _sum(cell, args)
        case Kind.AND | Kind.OR | Kind.XOR:
            operation = {Kind.AND: np.bitwise_and, Kind.OR: np.bitwise_or, Kind.XOR: np.bitwise_xor}
            x, y = at_fraction(a, fa.fraction, fraction), at_fraction(b, fb.fraction - shift, fraction)
            return np.asarray(operation[cell.kind](x, y))
        case Kind.LIMIT:
            return _limit(cell, args)
    raise NotImplementedError(cell.kind)


def _limit(cell: Cell, args: list[tuple[Raw, Format]]) -> Raw:
    bits, roles = args[0][0], cell.data
    controls = [raw & 1 for raw, _ in args[1:]]
    for control, role in zip(controls, roles, strict=True):
        bits = np.where((control == 1) & (role == Limit.OVER), np.int64(-1), bits)
    for control, role in zip(controls, roles, strict=True):
        bits = np.where((role != Limit.OVER) & (control == (role == Limit.KILL)), 0, bits)
    return np.asarray(bits)


def _sum(cell: Cell, args: list[tuple[Raw, Format]]) -> Raw:
    constant, place = cell.constant
    fractions = [shape.fraction - term.shift for term, (_, shape) in zip(cell.terms, args, strict=True)]
    common = max(cell.format.fraction, place, *fractions)
    total = at_fraction(np.full(len(args[0][0]), constant, dtype=np.int64), place, common)
    for term, fraction, (raw, _) in zip(cell.terms, fractions, args, strict=True):
        total = total + term.sign * at_fraction(raw, fraction, common)
    return at_fraction(total, common, cell.format.fraction)


def _mac(cell: Cell, values: list[Raw], netlist: Netlist) -> Raw:
    ports, point = cell.mac, cell.format.fraction
    total = values[ports.a] if ports.d is None else values[ports.a] + ports.pre * values[ports.d]
    total = total * values[ports.b]
    for port in (ports.w, ports.z):
        if port is not None:
            added = at_fraction(values[port.arg], netlist.cells[port.arg].format.fraction - port.shift, point)
            total = total + added if port is ports.w else ports.sign * total + added
    return total if ports.z is not None else ports.sign * total
