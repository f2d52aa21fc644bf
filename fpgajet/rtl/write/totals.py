"""Sums of one to three operands as adders, a constant included."""

from __future__ import annotations

from typing import NamedTuple

from fpgajet.rtl.ir.cells import Sum
from fpgajet.rtl.write.expressions import Writer


class _Operand(NamedTuple):
    """A signal, or None for the constant, its left shift, and whether it is subtracted."""

    signal: int | None
    left: int
    minus: bool


def write_sum(cell: Sum, to: Writer) -> None:
    """Bits below all but one operand bypass the adder."""
    s, width, constant = to.syntax, cell.format.width, cell.constant
    fractions = [to.format(t.arg).fraction - t.shift for t in cell.terms]
    common = max(cell.format.fraction, *fractions, *([constant.fraction] if constant.value else []))
    drop = common - cell.format.fraction
    whole_width = width + drop
    operands = [_Operand(t.arg, common - f, t.sign < 0) for t, f in zip(cell.terms, fractions, strict=True)]
    if constant.value:
        operands.append(_Operand(None, common - constant.fraction, constant.value < 0))

    def taken(operand: _Operand, wide: int, down: int) -> str:
        if operand.signal is None:
            return s.literal((abs(constant.value) << operand.left) >> down, wide)
        return to.bits(operand.signal, wide, operand.left - down)

    lowest, *others = sorted(operands, key=lambda operand: operand.left)
    bypass = min(others[0].left, whole_width - 1) if others and not lowest.minus else 0
    wide = whole_width - bypass
    high = _added(to, [(taken(o, wide, bypass), o.minus) for o in operands], wide)
    whole = s.join([high, taken(lowest, bypass, 0)]) if bypass else high
    if drop:
        to.body.signals.append((f"{to.out}_s", whole_width))
        to.body.lines.append(s.assign(f"{to.out}_s", whole))
        whole = s.part(f"{to.out}_s", whole_width - 1, drop)
    to.put(whole)


def _added(to: Writer, operands: list[tuple[str, bool]], width: int) -> str:
    """Sum of operands of ``width`` bits, some of them subtracted."""
    ordered = sorted(operands, key=lambda operand: operand[1])
    if len(ordered) < 3 or ordered[0][1]:
        return to.syntax.total(ordered, width)
    signs = [int(minus) for _, minus in ordered[1:]]
    to.body.signals.append((f"{to.out}_h", width))
    to.instance("ternary", "t", [width, *signs], [(text, width) for text, _ in ordered], f"{to.out}_h")
    return f"{to.out}_h"
