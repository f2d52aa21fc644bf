"""Our netlist: what alkaid traced, as cells with exact integer meaning, ready for DSPs, stages and Verilog.

Every signal is an integer ``raw`` in a :class:`Format`; its value is ``raw * 2**-fraction``. alkaid stops at
one combinational program without multiplier blocks; the passes in this room work on this form instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

import numpy as np


class Format(NamedTuple):
    """Sign, width in bits (sign included) and fraction bits of a signal."""

    signed: bool
    width: int
    fraction: int


class Kind(StrEnum):
    """What a cell computes from its arguments a, b, ...; ``data`` in brackets."""

    INPUT = "input"  # [index of the input]
    CONSTANT = "constant"  # [raw]
    SUM = "sum"  # sign * arg * 2**shift over all arguments, and a constant; see Cell.terms
    NEGATE = "negate"
    TRIM = "trim"  # a * 2**[0], finer bits cut off, higher bits cut off
    RELU = "relu"  # max(a, 0), then as TRIM
    MUX = "mux"  # a if the top bit of c is set, else b * 2**[0]
    PRODUCT = "product"  # a * b
    MAC = "mac"  # z + sign * ((a +- d) * b + w), see Cell.mac and fpgajet.rtl.passes.macs
    TABLE = "table"  # tables[[0]] at the bits of a
    DISTANCE = "distance"  # |a - b|, both in one format
    NOT = "not"
    ANY = "any"
    ALL = "all"
    AND = "and"  # a & b * 2**[0]
    OR = "or"
    XOR = "xor"
    COPY = "copy"  # a; a multiplexer in front of shared hardware: [its inputs], see fpgajet.rtl.share.over_time
    LIMIT = "limit"  # every bit of a under the one-bit signals b, c, ...: [their Limit roles]


class Limit(IntEnum):
    """What a control signal of a LIMIT cell does to every bit: (value | over) & gate & ~kill."""

    OVER = 0
    GATE = 1
    KILL = 2


class Term(NamedTuple):
    """One argument of a sum: ``sign * signal * 2**shift``."""

    arg: int
    shift: int
    sign: int


class MacPorts(NamedTuple):
    """z + sign * ((a + pre * d) * b + w); z and w shifted to the binary point of the product."""

    a: int
    b: int
    d: int | None
    pre: int
    sign: int
    z: Term | None
    w: Term | None


class Cell(NamedTuple):
    """One operation; ``args`` are numbers of earlier cells.

    A SUM has ``data`` = shift and sign of every argument, then its constant: raw value and fraction bits.
    ``bounds`` are the least and the greatest raw value, where more is known than the format says.
    """

    kind: Kind
    args: tuple[int, ...]
    format: Format
    data: tuple[int, ...] = ()
    bounds: tuple[int, int] | None = None

    @property
    def terms(self) -> list[Term]:
        """Arguments of a SUM."""
        pairs = zip(self.data[0:-2:2], self.data[1:-2:2], strict=True)
        return [Term(arg, shift, sign) for arg, (shift, sign) in zip(self.args, pairs, strict=True)]

    @property
    def constant(self) -> tuple[int, int]:
        """Constant of a SUM: raw value and fraction bits."""
        return self.data[-2], self.data[-1]

    @property
    def mac(self) -> MacPorts:
        """Arguments of a MAC by port."""
        pre, sign, has_z, has_w, *shifts = self.data
        args, moves = list(self.args), list(shifts)
        a, b, d = args.pop(0), args.pop(0), args.pop(0) if pre else None
        z = Term(args.pop(0), moves.pop(0), 1) if has_z else None
        w = Term(args.pop(0), moves.pop(0), 1) if has_w else None
        return MacPorts(a, b, d, pre, sign, z, w)

    @property
    def range(self) -> tuple[int, int]:
        """Least and greatest raw value."""
        if self.bounds:
            return self.bounds
        top = 1 << (self.format.width - self.format.signed)
        return (-top if self.format.signed else 0), top - 1


def sum_cell(
    terms: Sequence[Term], constant: tuple[int, int], shape: Format, bounds: tuple[int, int]
) -> Cell:
    """A SUM of terms and a constant (raw value, fraction bits)."""
    data = [value for term in terms for value in (term.shift, term.sign)]
    return Cell(Kind.SUM, tuple(term.arg for term in terms), shape, (*data, *constant), bounds)


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
