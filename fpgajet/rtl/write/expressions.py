"""Single cells in a hardware language: every signal ``v<number>`` is a plain vector, signs are extended explicitly."""

from __future__ import annotations

from fpgajet.rtl.ir.netlist import Kind, Limit, Netlist, Term
from fpgajet.rtl.write.roms import write_table
from fpgajet.rtl.write.syntax import Body, Syntax

#: A signal or None for a constant, its left shift, whether it is subtracted.
_Operand = tuple[int | None, int, bool]


def name(number: int) -> str:
    """Signal of a cell."""
    return f"v{number}"


def write_cell(netlist: Netlist, number: int, syntax: Syntax) -> Body:
    """The signal of a cell and the statements that compute it."""
    body = Body([(name(number), netlist.cells[number].format.width)])
    _Cell(netlist, number, syntax, body).write()
    return body


class _Cell:
    """One cell while it is written."""

    def __init__(self, netlist: Netlist, number: int, syntax: Syntax, body: Body) -> None:
        self.netlist, self.number, self.syntax, self.body = netlist, number, syntax, body
        self.cell = netlist.cells[number]
        self.formats = [netlist.cells[arg].format for arg in self.cell.args]
        self.width, self.out = self.cell.format.width, name(number)

    def bits(self, number: int, width: int, left: int) -> str:
        """The low ``width`` bits of a signal shifted left (right, if negative), sign extended."""
        s, cell = self.syntax, self.netlist.cells[number]
        have = cell.format.width
        if cell.kind is Kind.CONSTANT:
            value = cell.data[0]
            return s.literal(value << left if left >= 0 else value >> -left, width)
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

    def operand(self, position: int, by: int = 0) -> str:
        """An argument at the binary point and the width of the result."""
        left = self.cell.format.fraction - self.formats[position].fraction + by
        return self.bits(self.cell.args[position], self.width, left)

    def put(self, expression: str) -> None:
        self.body.lines.append(self.syntax.assign(self.out, expression))

    def instance(
        self, module: str, letter: str, parameters: list[int], inputs: list[tuple[str, int]], out: str
    ) -> None:
        label = f"{letter}{self.number}"
        self.syntax.instance(self.body, f"fpgajet_{module}", label, parameters, inputs, [out])

    def write(self) -> None:  # noqa: PLR0912 - one branch a kind
        s, cell = self.syntax, self.cell
        shift = cell.data[0] if cell.data else 0
        match cell.kind:
            case Kind.TRIM:
                self.put(self.operand(0, shift))
            case Kind.RELU:
                self._relu()
            case Kind.NEGATE:
                self._negate()
            case Kind.NOT:
                self.put(s.complement(self.bits(cell.args[0], self.width, 0)))
            case Kind.ANY | Kind.ALL:
                self.put(s.reduced("or" if cell.kind is Kind.ANY else "and", name(cell.args[0])))
            case Kind.AND | Kind.OR | Kind.XOR:
                self.put(s.bitwise(cell.kind.value, self.operand(0), self.operand(1, shift)))
            case Kind.MUX:
                key = (name(cell.args[2]), self.formats[2].width - 1, self.operand(0))
                self.body.lines.append(s.choose(self.out, [key], self.operand(1, shift)))
            case Kind.TABLE:
                entries = self.netlist.tables[cell.data[0]]
                write_table(
                    self.body, s, entries, self.width, self.formats[0].width, name(cell.args[0]), self.out
                )
            case Kind.DISTANCE:
                given = [(name(arg), self.formats[0].width) for arg in cell.args]
                self.instance("distance", "d", [self.width, int(self.formats[0].signed)], given, self.out)
            case Kind.SUM:
                self._sum()
            case Kind.PRODUCT:
                self._product()
            case Kind.MAC:
                self._mac()
            case Kind.LIMIT:
                self._limit()
            case _:
                raise NotImplementedError(cell.kind)

    def _relu(self) -> None:
        shape = self.formats[0]
        if not shape.signed:
            self.put(self.operand(0))
            return
        positive = self.syntax.fill(name(self.cell.args[0]), shape.width - 1, self.width, invert=True)
        self.put(self.syntax.bitwise("and", self.operand(0), positive))

    def _negate(self) -> None:
        shape, s = self.formats[0], self.syntax
        zeros = self.cell.format.fraction - shape.fraction
        if shape.width == 1 and not shape.signed and 0 <= zeros < self.width:  # 0 or all ones: no adder
            every = s.fill(name(self.cell.args[0]), 0, self.width - zeros)
            self.put(s.join([every, *([s.literal(0, zeros)] if zeros else [])]))
        else:
            self.put(s.total([(self.operand(0), True)], self.width))

    def _sum(self) -> None:
        """One to three operands, a constant included; bits below all but one operand bypass the adder."""
        cell, s = self.cell, self.syntax
        constant, place = cell.constant
        fractions = [self.netlist.cells[t.arg].format.fraction - t.shift for t in cell.terms]
        common = max(cell.format.fraction, *fractions, *([place] if constant else []))
        drop = common - cell.format.fraction
        whole_width = self.width + drop
        operands: list[_Operand] = [
            (t.arg, common - f, t.sign < 0) for t, f in zip(cell.terms, fractions, strict=True)
        ]
        if constant:
            operands.append((None, common - place, constant < 0))

        def taken(operand: _Operand, wide: int, down: int) -> str:
            arg, left, _ = operand
            if arg is None:
                return s.literal((abs(constant) << left) >> down, wide)
            return self.bits(arg, wide, left - down)

        ordered = sorted(operands, key=lambda operand: operand[1])
        lowest = ordered[0]
        bypass = min(ordered[1][1], whole_width - 1) if len(ordered) > 1 and not lowest[2] else 0
        wide = whole_width - bypass
        high = self._added([(taken(o, wide, bypass), o[2]) for o in operands], wide)
        whole = s.join([high, taken(lowest, bypass, 0)]) if bypass else high
        if drop:
            self.body.signals.append((f"{self.out}_s", whole_width))
            self.body.lines.append(s.assign(f"{self.out}_s", whole))
            whole = s.part(f"{self.out}_s", whole_width - 1, drop)
        self.put(whole)

    def _added(self, operands: list[tuple[str, bool]], width: int) -> str:
        """Sum of operands of ``width`` bits, some of them subtracted."""
        ordered = sorted(operands, key=lambda operand: operand[1])
        if len(ordered) < 3 or ordered[0][1]:
            return self.syntax.total(ordered, width)
        signs = [int(minus) for _, minus in ordered[1:]]
        self.body.signals.append((f"{self.out}_h", width))
        self.instance(
            "ternary", "t", [width, *signs], [(text, width) for text, _ in ordered], f"{self.out}_h"
        )
        return f"{self.out}_h"

    def _mac(self) -> None:
        ports = self.cell.mac

        def port(term: Term | None) -> tuple[str, int]:
            if term is None:
                return self.syntax.literal(0, self.width), self.width
            point = self.netlist.cells[term.arg].format.fraction
            return self.bits(term.arg, self.width, self.cell.format.fraction - point + term.shift), self.width

        signals = [ports.a, ports.b, ports.a if ports.d is None else ports.d]
        formats = [self.netlist.cells[n].format for n in signals]
        given = [(name(n), f.width) for n, f in zip(signals, formats, strict=True)]
        if ports.d is None:
            given[2] = self.syntax.literal(0, formats[2].width), formats[2].width
        sizes = [size for f in formats for size in (f.width, int(f.signed))]
        parameters = [*sizes, ports.pre or 1, ports.sign, self.width]
        self.instance("mac", "p", parameters, [*given, port(ports.z), port(ports.w)], self.out)

    def _limit(self) -> None:
        roles = [Limit(role) for role in self.cell.data]
        parts = [self.syntax.part(name(arg), 0, 0) for arg in reversed(self.cell.args[1:])]
        controls = (self.syntax.join(parts), len(roles))
        given = [(name(self.cell.args[0]), self.width), controls]
        self.instance("limit", "l", [self.width, *(roles.count(role) for role in Limit)], given, self.out)

    def _product(self) -> None:
        a, b = self.formats
        if a.fraction + b.fraction != self.cell.format.fraction:
            raise NotImplementedError("a product keeps every bit")
        given = [(name(arg), f.width) for arg, f in zip(self.cell.args, self.formats, strict=True)]
        sizes = [a.width, int(a.signed), b.width, int(b.signed), self.width]
        self.instance("product", "p", sizes, given, self.out)
