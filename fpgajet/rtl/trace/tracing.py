"""From alkaid's program to our netlist."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from alkaid.trace import FVArray
from alkaid.trace import trace as alkaid_trace
from alkaid.types import CombLogic, Op, Precision

from fpgajet.fixed import FixedType
from fpgajet.rtl.ir.netlist import Cell, Format, Kind, Netlist


def from_symbols(inputs: FVArray, given: Sequence[FixedType], outputs: FVArray, result: FixedType) -> Netlist:
    """Netlist of a traced network or operator.

    Args:
        inputs: the symbols that it was evaluated on. given: their types, one each.
        outputs: its result symbols, which fit ``result``.
    """
    flat_inputs, flat_outputs = np.asarray(inputs).ravel(), np.asarray(outputs).ravel()
    program = alkaid_trace(flat_inputs, flat_outputs, keep_dead_inputs=True)
    formats = tuple(Format(kind.signed, kind.bits, kind.fraction) for kind in given)
    cells = [_cell(op, formats) for op in program.ops]
    numbers = []
    for number, shift in zip(program.out_idxs, program.out_shifts, strict=True):
        numbers.append(len(cells))
        output_format = Format(result.signed, result.bits, result.fraction)
        cells.append(Cell(Kind.TRIM, (number,), output_format, (shift,)))
    tables = tuple(_entries(program, index) for index in range(len(program.lookup_tables or ())))
    netlist = Netlist(tuple(cells), formats, tuple(numbers), tables)
    return netlist.pruned()


def _format(kif: Precision | Sequence[int]) -> Format:
    signed, integer, fraction = (int(v) for v in kif)
    return Format(bool(signed), max(signed + integer + fraction, 1), fraction)


_UNARY = {0: Kind.NOT, 1: Kind.ANY, 2: Kind.ALL}
_BINARY = {0: Kind.AND, 1: Kind.OR, 2: Kind.XOR}


def _cell(op: Op, given: Sequence[Format]) -> Cell:  # noqa: PLR0911
    shape, data = _format(op.qint.kif), tuple(int(v) for v in op.data)
    bounds = tuple(round(bound / op.qint.step) for bound in (op.qint.min, op.qint.max))
    match op.opcode:
        case -1:
            return Cell(Kind.INPUT, (), given[data[0]], data)
        case -2:
            return Cell(Kind.NEGATE, op.addr, shape, (), bounds)
        case 0 | 1:
            return Cell(Kind.SUM, op.addr, shape, (0, 1, data[0], -1 if op.opcode else 1, 0, 0), bounds)
        case 2:
            return Cell(Kind.RELU, op.addr, shape, (0,), bounds)
        case 3:
            return Cell(Kind.TRIM, op.addr, shape, data, bounds)
        case 4:
            return Cell(Kind.SUM, op.addr, shape, (0, 1, *data), bounds)
        case 5:
            return Cell(Kind.CONSTANT, (), shape, data, (data[0], data[0]))
        case 6:
            return Cell(Kind.MUX, op.addr, shape, data, bounds)
        case 7:
            return Cell(Kind.PRODUCT, op.addr, shape, (), bounds)
        case 8:
            return Cell(Kind.TABLE, op.addr, shape, data[:1], bounds)
        case 9:
            return Cell(_UNARY[data[0]], op.addr, shape)
        case 10:
            return Cell(_BINARY[data[1]], op.addr, shape, data[:1])
    raise NotImplementedError(f"alkaid operation {op.opcode} has no cell")


def _entries(program: CombLogic, index: int) -> tuple[int, ...]:
    """Table entries in the order of the address bits; unreachable addresses get 0."""
    assert program.lookup_tables is not None
    users = [op for op in program.ops if op.opcode == 8 and op.data[0] == index]
    addresses = {program.ops[op.addr[0]].qint for op in users}
    if len(addresses) > 1:
        raise NotImplementedError("one look-up table is addressed by signals of different range")
    padded = program.lookup_tables[index].padded_table(addresses.pop())
    return tuple(0 if np.isnan(v) else int(v) for v in padded)
