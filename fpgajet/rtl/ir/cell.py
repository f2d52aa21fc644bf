"""What every cell is: an operation on signals, given as numbers of earlier cells.

Every signal is an integer ``raw`` in a :class:`Format`; its value is ``raw * 2**-fraction``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
