"""Our netlist: what alkaid traced, as cells with exact integer meaning, ready for DSPs, stages and Verilog.

Every signal is an integer ``raw`` in a :class:`Format`; its value is ``raw * 2**-fraction``. alkaid stops at
one combinational program without multiplier blocks; the passes in this room work on this form instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from alkaid.trace import FVArray
from alkaid.trace import trace as alkaid_trace
from alkaid.types import CombLogic, Op, Precision

from fpgajet.fixed import FixedType


class Format(NamedTuple):
    """Sign, width in bits (sign included) and fraction bits of a signal."""

    signed: bool
    width: int
    fraction: int


class Kind(StrEnum):
    """What a cell computes from its arguments a, b, ...; ``data`` in brackets."""

    INPUT = "input"  # [index of the input]
    CONSTANT = "constant"  # [raw]
    ADD = "add"  # a + b * 2**[0], or a - ... if [1]
    OFFSET = "offset"  # a + [0] * 2**-[1]
    NEGATE = "negate"
    TRIM = "trim"  # a * 2**[0], finer bits cut off, higher bits cut off
    RELU = "relu"  # max(a, 0), then as TRIM
    MUX = "mux"  # a if the top bit of c is set, else b * 2**[0]
    PRODUCT = "product"  # a * b
    MAC = "mac"  # (a [+- a']) * b [+ c] [+ cascade], see fpgajet.rtl.dsp
    TABLE = "table"  # tables[[0]] at the bits of a
    NOT = "not"
    ANY = "any"
    ALL = "all"
    AND = "and"  # a & b * 2**[0]
    OR = "or"
    XOR = "xor"


class Cell(NamedTuple):
    """One operation; ``args`` are numbers of earlier cells."""

    kind: Kind
    args: tuple[int, ...]
    format: Format
    data: tuple[int, ...] = ()


@dataclass(frozen=True)
class Netlist:
    """Cells in an order in which they can be computed; ``outputs`` are cells in the output's format.

    Attributes:
        cells: the circuit.
        inputs: format of each input.
        outputs: cell number of each output.
        tables: entries of the look-up tables by the unsigned bits of their address.
    """

    cells: tuple[Cell, ...]
    inputs: tuple[Format, ...]
    outputs: tuple[int, ...]
    tables: tuple[tuple[int, ...], ...] = ()

    def uses(self) -> list[list[int]]:
        """For every cell, the cells that read it."""
        users: list[list[int]] = [[] for _ in self.cells]
        for number, cell in enumerate(self.cells):
            for arg in cell.args:
                users[arg].append(number)
        return users

    def pruned(self) -> Netlist:
        """Without cells that no output needs; inputs stay."""
        needed = [cell.kind is Kind.INPUT for cell in self.cells]
        for number in self.outputs:
            needed[number] = True
        for number in range(len(self.cells) - 1, -1, -1):
            if needed[number]:
                for arg in self.cells[number].args:
                    needed[arg] = True
        renumbered = np.cumsum(needed) - 1
        cells = tuple(
            cell._replace(args=tuple(int(renumbered[arg]) for arg in cell.args))
            for cell, keep in zip(self.cells, needed, strict=True)
            if keep
        )
        outputs = tuple(int(renumbered[number]) for number in self.outputs)
        return Netlist(cells, self.inputs, outputs, self.tables)


def from_symbols(inputs: FVArray, given: FixedType, outputs: FVArray, result: FixedType) -> Netlist:
    """Netlist of a traced network.

    Args:
        inputs: the symbols that the network was evaluated on, all of type ``given``.
        outputs: its result symbols, which fit ``result``.
    """
    flat_inputs, flat_outputs = np.asarray(inputs).ravel(), np.asarray(outputs).ravel()
    program = alkaid_trace(flat_inputs, flat_outputs, keep_dead_inputs=True)
    given_format = Format(given.signed, given.bits, given.fraction)
    cells = [_cell(op, given_format) for op in program.ops]
    numbers = []
    for number, shift in zip(program.out_idxs, program.out_shifts, strict=True):
        numbers.append(len(cells))
        output_format = Format(result.signed, result.bits, result.fraction)
        cells.append(Cell(Kind.TRIM, (number,), output_format, (shift,)))
    tables = tuple(_entries(program, index) for index in range(len(program.lookup_tables or ())))
    netlist = Netlist(tuple(cells), (given_format,) * len(flat_inputs), tuple(numbers), tables)
    return netlist.pruned()


def _format(kif: Precision | Sequence[int]) -> Format:
    signed, integer, fraction = (int(v) for v in kif)
    return Format(bool(signed), max(signed + integer + fraction, 1), fraction)


_UNARY = {0: Kind.NOT, 1: Kind.ANY, 2: Kind.ALL}
_BINARY = {0: Kind.AND, 1: Kind.OR, 2: Kind.XOR}


def _cell(op: Op, given: Format) -> Cell:  # noqa: PLR0911
    shape, data = _format(op.qint.kif), tuple(int(v) for v in op.data)
    match op.opcode:
        case -1:
            return Cell(Kind.INPUT, (), given, data)
        case -2:
            return Cell(Kind.NEGATE, op.addr, shape)
        case 0 | 1:
            return Cell(Kind.ADD, op.addr, shape, (data[0], op.opcode))
        case 2:
            return Cell(Kind.RELU, op.addr, shape, (0,))
        case 3:
            return Cell(Kind.TRIM, op.addr, shape, data)
        case 4:
            return Cell(Kind.OFFSET, op.addr, shape, data)
        case 5:
            return Cell(Kind.CONSTANT, (), shape, data)
        case 6:
            return Cell(Kind.MUX, op.addr, shape, data)
        case 7:
            return Cell(Kind.PRODUCT, op.addr, shape)
        case 8:
            return Cell(Kind.TABLE, op.addr, shape, data[:1])
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
