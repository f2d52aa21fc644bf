"""From alkaid's program to our netlist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from alkaid.trace import FVArray
from alkaid.trace import trace as alkaid_trace
from alkaid.trace.passes import canon
from alkaid.types import CombLogic, Op, Precision

from fpgajet.fixed import FixedType
from fpgajet.rtl.ir import cells as kinds
from fpgajet.rtl.ir.cell import Cell, Format, Raw, Term
from fpgajet.rtl.ir.netlist import Netlist


def from_symbols(inputs: FVArray, given: Sequence[FixedType], outputs: FVArray, result: FixedType) -> Netlist:
    """Netlist of a traced network or operator.

    Args:
        inputs: the symbols that it was evaluated on. given: their types, one each.
        outputs: its result symbols, which fit ``result``.
    """
    flat_inputs, flat_outputs = np.asarray(inputs).ravel(), np.asarray(outputs).ravel()
    with shifted_bits_kept():
        program = alkaid_trace(flat_inputs, flat_outputs, keep_dead_inputs=True)
    formats = tuple(Format(precision.signed, precision.bits, precision.fraction) for precision in given)
    contents = _tables(program)
    numbered: dict[Use | None, int] = {use: number for number, use in enumerate(contents)}
    cells: list[Cell] = [_cell(op, formats, numbered.get(_use(program, op), 0)) for op in program.ops]
    numbers = []
    for number, shift in zip(program.out_idxs, program.out_shifts, strict=True):
        numbers.append(len(cells))
        output_format = Format(result.signed, result.bits, result.fraction)
        cells.append(kinds.Trim(number, shift, format=output_format))
    netlist = Netlist(tuple(cells), formats, tuple(numbers), tuple(contents.values()))
    return netlist.pruned()


@contextmanager
def shifted_bits_kept() -> Iterator[None]:
    """Single bits of values that are shifted up stay those bits.

    ``canonicalize_msb_wraps`` of alkaid 0.8 takes a single bit at the level of the last bit of its source for
    that bit. This holds where the source is shifted down, by sign extension. Of a source shifted up, as in
    2 (a + b), it is a bit below the last, and the pass would read another one.
    """
    library = canon.canonicalize_msb_wraps

    def canonicalize(program: CombLogic) -> CombLogic:
        ops = [
            before if before.opcode == 3 and before.data[0] > 0 else after
            for before, after in zip(program.ops, library(program).ops, strict=True)
        ]
        return program._replace(ops=ops)

    canon.canonicalize_msb_wraps = canonicalize
    try:
        yield
    finally:
        canon.canonicalize_msb_wraps = library


def _format(kif: Precision | Sequence[int]) -> Format:
    signed, integer, fraction = (int(v) for v in kif)
    return Format(bool(signed), max(signed + integer + fraction, 1), fraction)


_UNARY: dict[int, type[kinds.Not | kinds.AnyBit | kinds.AllBits]] = {
    0: kinds.Not,
    1: kinds.AnyBit,
    2: kinds.AllBits,
}
_BINARY: dict[int, type[kinds.And | kinds.Or | kinds.Xor]] = {0: kinds.And, 1: kinds.Or, 2: kinds.Xor}


def _cell(op: Op, given: Sequence[Format], table: int) -> Cell:  # noqa: PLR0911
    """The cell of an operation, ``table`` the number of what it looks up.

    What alkaid's numbers mean is in the documentation of ``alkaid.types.Op``.
    """
    shape, signals, data = _format(op.qint.kif), op.addr, tuple(int(v) for v in op.data)
    bounds = (round(op.qint.min / op.qint.step), round(op.qint.max / op.qint.step))
    match op.opcode:
        case -1:
            return kinds.Input(data[0], format=given[data[0]])
        case -2:
            return kinds.Negate(signals[0], format=shape, bounds=bounds)
        case 0 | 1:
            first, second = Term(signals[0], 0, 1), Term(signals[1], data[0], -1 if op.opcode else 1)
            return kinds.Sum((first, second), format=shape, bounds=bounds)
        case 2:
            return kinds.Relu(signals[0], format=shape, bounds=bounds)
        case 3:
            return kinds.Trim(signals[0], data[0], format=shape, bounds=bounds)
        case 4:
            return kinds.Sum((Term(signals[0], 0, 1),), Raw(data[0], data[1]), format=shape, bounds=bounds)
        case 5:
            return kinds.Constant(data[0], format=shape, bounds=(data[0], data[0]))
        case 6:
            return kinds.Mux(signals[0], signals[1], signals[2], data[0], format=shape, bounds=bounds)
        case 7:
            return kinds.Product(signals[0], signals[1], format=shape, bounds=bounds)
        case 8:
            return kinds.Table(signals[0], table, format=shape, bounds=bounds)
        case 9:
            return _UNARY[data[0]](signals[0], format=shape)
        case 10:
            return _BINARY[data[1]](signals[0], signals[1], data[0], format=shape)
    raise NotImplementedError(f"alkaid operation {op.opcode} has no cell")


#: a table of alkaid's, and the range of the address
Use = tuple[int, Any]


def _use(program: CombLogic, op: Op) -> Use | None:
    return (int(op.data[0]), program.ops[op.addr[0]].qint) if op.opcode == 8 else None


def _tables(program: CombLogic) -> dict[Use, tuple[int, ...]]:
    """Entries in the order of the address bits, by use; unreachable addresses get 0.

    alkaid keeps equal entries once, but the bits of an address depend on its range, so every range has a table.
    """
    uses = [use for op in program.ops if (use := _use(program, op)) is not None]
    found: dict[Use, tuple[int, ...]] = {}
    for index, address in sorted(dict.fromkeys(uses), key=lambda use: use[0]):
        assert program.lookup_tables is not None
        padded = program.lookup_tables[index].padded_table(address)
        found[index, address] = tuple(0 if np.isnan(v) else int(v) for v in padded)
    return found
