"""Kinds of cells: one class per operation, its operands and parameters by name.

A new kind needs a class here and a row in :mod:`~fpgajet.rtl.ir.evaluate`, :mod:`~fpgajet.rtl.ir.delays`,
:mod:`~fpgajet.rtl.ir.areas` and :mod:`fpgajet.rtl.write.statements`. A missing row is named when these modules are
imported, see :mod:`~fpgajet.rtl.ir.rows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fpgajet.rtl.ir.cell import ZERO, Cell, Control, Raw, Term


@dataclass(frozen=True)
class Input(Cell):
    """Input ``index`` of the circuit."""

    index: int


@dataclass(frozen=True)
class Constant(Cell):
    """A raw value that never changes."""

    raw: int


@dataclass(frozen=True)
class Sum(Cell):
    """All terms and a constant, cut off below the result's fraction bits."""

    operands = ("terms",)
    commutative = True

    terms: tuple[Term, ...]
    constant: Raw = ZERO


@dataclass(frozen=True)
class Unary(Cell):
    """An operation on one signal."""

    operands = ("a",)

    a: int


@dataclass(frozen=True)
class Negate(Unary):
    """-a."""


@dataclass(frozen=True)
class Trim(Unary):
    """a * 2**shift, finer and higher bits cut off."""

    shift: int = 0


@dataclass(frozen=True)
class Relu(Unary):
    """max(a, 0), then as :class:`Trim`."""


@dataclass(frozen=True)
class Table(Unary):
    """Entry of look-up table ``table`` at the bits of a."""

    table: int


@dataclass(frozen=True)
class Not(Unary):
    """Every bit of a inverted."""


@dataclass(frozen=True)
class AnyBit(Unary):
    """One bit: whether any bit of a is set."""


@dataclass(frozen=True)
class AllBits(Unary):
    """One bit: whether every bit of a is set."""


@dataclass(frozen=True)
class Copy(Unary):
    """a: a multiplexer of ``inputs`` signals in front of shared hardware, see :mod:`fpgajet.rtl.share.over_time`."""

    inputs: int


@dataclass(frozen=True)
class Mux(Cell):
    """``chosen`` if the top bit of ``key`` is set, else ``otherwise * 2**shift``."""

    operands = ("chosen", "otherwise", "key")

    chosen: int
    otherwise: int
    key: int
    shift: int = 0


@dataclass(frozen=True)
class Bitwise(Cell):
    """``operation`` of the bits of a and of b * 2**shift."""

    operands = ("a", "b")
    operation: ClassVar[str]

    a: int
    b: int
    shift: int = 0


@dataclass(frozen=True)
class And(Bitwise):
    """a & b."""

    operation = "and"


@dataclass(frozen=True)
class Or(Bitwise):
    """a | b."""

    operation = "or"


@dataclass(frozen=True)
class Xor(Bitwise):
    """a ^ b."""

    operation = "xor"


@dataclass(frozen=True)
class Product(Cell):
    """a * b."""

    operands = ("a", "b")
    commutative = True

    a: int
    b: int


@dataclass(frozen=True)
class Distance(Cell):
    """|a - b|, both in one format."""

    operands = ("a", "b")
    commutative = True

    a: int
    b: int


@dataclass(frozen=True)
class Mac(Cell):
    """z + sign * ((a + pre * d) * b + w); z and w shifted to the binary point of the product.

    ``pre`` is 1 or -1, or 0 without d; see :mod:`fpgajet.rtl.passes.macs`.
    """

    operands = ("a", "b", "d", "z", "w")

    a: int
    b: int
    d: int | None
    pre: int
    sign: int
    z: Term | None
    w: Term | None


@dataclass(frozen=True)
class Limit(Cell):
    """Every bit of a value under control signals."""

    operands = ("value", "controls")

    value: int
    controls: tuple[Control, ...]


def _leaves(kind: type[Cell]) -> list[type[Cell]]:
    below = kind.__subclasses__()
    return [leaf for sub in below for leaf in _leaves(sub)] if below else [kind]


#: Every kind of cell.
KINDS = tuple(_leaves(Cell))
#: Kinds that a DSP block computes.
DSP_KINDS = (Product, Mac)
