"""Kinds of cells: one class per operation, its operands and parameters by name.

Every signal is an integer ``raw`` in a :class:`Format`; its value is ``raw * 2**-fraction``. A new kind of cell needs
a class here and a row in :mod:`~fpgajet.rtl.ir.evaluate`, :mod:`~fpgajet.rtl.ir.delays`, :mod:`~fpgajet.rtl.ir.areas`
and :mod:`fpgajet.rtl.write.statements`; :func:`require_rows` names a missing one when these modules are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple, Self


class Format(NamedTuple):
    """Sign, width in bits (sign included) and fraction bits of a signal."""

    signed: bool
    width: int
    fraction: int


#: Least and greatest raw value.
Bounds = tuple[int, int]


class Term(NamedTuple):
    """One summand: ``sign * signal * 2**shift``."""

    arg: int
    shift: int
    sign: int


class Role(IntEnum):
    """What a control signal of a :class:`Limit` does to every bit: (value | over) & gate & ~kill."""

    OVER = 0
    GATE = 1
    KILL = 2


class Control(NamedTuple):
    """A one-bit control signal and its role."""

    arg: int
    role: Role


class Raw(NamedTuple):
    """A number: raw value and fraction bits."""

    value: int
    fraction: int


ZERO = Raw(0, 0)


@dataclass(frozen=True)
class Cell:
    """One operation on signals, given as numbers of earlier cells.

    Two cells are equal if they compute the same from the same signals, whatever is known about their bounds.

    Attributes:
        operands: names of the fields that hold signals, in the order of ``args``.
        commutative: whether the order of the operands does not matter.
        format: of the result.
        bounds: least and greatest raw value, where more is known than the format says.
        args: the signals that the cell reads.
    """

    operands: ClassVar[tuple[str, ...]] = ()
    commutative: ClassVar[bool] = False

    format: Format = field(kw_only=True)
    bounds: Bounds | None = field(default=None, kw_only=True, compare=False)
    args: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "args", tuple(_signals(self)))

    @property
    def range(self) -> Bounds:
        """Least and greatest raw value."""
        if self.bounds:
            return self.bounds
        top = 1 << (self.format.width - self.format.signed)
        return (-top if self.format.signed else 0), top - 1

    def moved(self, signals: Sequence[int] | Mapping[int, int]) -> Self:
        """The same operation on other signals: ``signals[n]`` in place of ``n``."""
        return replace(self, **{name: _renamed(getattr(self, name), signals) for name in self.operands})


def _signals(cell: Cell) -> list[int]:
    found: list[int] = []
    for name in cell.operands:
        value = getattr(cell, name)
        if isinstance(value, int):
            found.append(value)
        elif isinstance(value, Term):
            found.append(value.arg)
        elif value is not None:
            found += [item.arg for item in value]
    return found


def _renamed(value: Any, signals: Sequence[int] | Mapping[int, int]) -> Any:
    if value is None:
        return None
    if isinstance(value, int):
        return signals[value]
    if isinstance(value, Term):
        return Term(signals[value.arg], value.shift, value.sign)
    return tuple(item._replace(arg=signals[item.arg]) for item in value)


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


def require_rows(
    function: Any, kinds: Collection[type[Cell]] = KINDS, without: Collection[type[Cell]] = ()
) -> None:
    """Check that a ``functools.singledispatch`` function knows every kind of cell.

    Args:
        without: kinds that need no row.

    Raises:
        TypeError: a kind has no row.
    """
    default: Callable[..., Any] = function.dispatch(object)
    missing = [k.__name__ for k in kinds if k not in without and function.dispatch(k) is default]
    if missing:
        raise TypeError(f"{function.__module__}.{function.__name__} has no row for {', '.join(missing)}")
