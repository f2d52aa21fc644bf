"""Expressions for the operands of a cell in any :class:`Syntax`.

No expression depends on the rules of a language for width or sign: signs are extended explicitly.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.rtl.ir.cells import Cell, Constant, Format
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.write.syntax import Body, Syntax


def name(number: int) -> str:
    """Signal of a cell."""
    return f"v{number}"


@dataclass
class Writer:
    """One cell while it is written."""

    netlist: Netlist
    number: int
    syntax: Syntax
    body: Body

    @property
    def shape(self) -> Format:
        """Format of the result."""
        return self.cell(self.number).format

    @property
    def out(self) -> str:
        """Signal of the result."""
        return name(self.number)

    def cell(self, number: int) -> Cell:
        return self.netlist.cells[number]

    def format(self, number: int) -> Format:
        return self.netlist.cells[number].format

    def bits(self, number: int, width: int, left: int) -> str:
        """The low ``width`` bits of a signal shifted left (right, if negative), sign extended."""
        s, cell = self.syntax, self.cell(number)
        have = cell.format.width
        if isinstance(cell, Constant):
            return s.literal(cell.raw << left if left >= 0 else cell.raw >> -left, width)
        zeros, start = max(left, 0), max(-left, 0)
        if width <= zeros:
            return s.literal(0, width)
        taken = min(have - start, width - zeros)
        parts = [s.part(name(number), start + taken - 1, start)] if start < have else []
        if missing := width - zeros - max(taken, 0):
            signed = cell.format.signed
            parts.insert(0, s.fill(name(number), have - 1, missing) if signed else s.literal(0, missing))
        if zeros:
            parts.append(s.literal(0, zeros))
        return s.join(parts)

    def operand(self, number: int, shift: int = 0) -> str:
        """A signal times 2**shift at the binary point and the width of the result."""
        left = self.shape.fraction - self.format(number).fraction + shift
        return self.bits(number, self.shape.width, left)

    def put(self, expression: str) -> None:
        """Set the result."""
        self.body.lines.append(self.syntax.assign(self.out, expression))

    def instance(
        self, module: str, letter: str, parameters: list[int], inputs: list[tuple[str, int]], out: str
    ) -> None:
        """A module of our library."""
        label = f"{letter}{self.number}"
        self.syntax.instance(self.body, f"fpgajet_{module}", label, parameters, inputs, [out])
