"""Atoms: values that are no polynomial in others, with their ranges and their values under an assignment.

Three things are true of every input of a network, and nothing else is used:

* a polynomial that belongs to a node has the value of that node, an integer;
* an atom has the value of its operation on the value of its argument;
* a node keeps to its range, which the scalar graph knows by interval arithmetic from the inputs alone. No range comes
  from a proof, so that what is to be proved is not put into it.

An enumeration tries more than the values that inputs can reach. Under an assignment that no input reaches an atom
may be anything: a table is read at its nearest end there, and a fraction is rounded down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgajet.prove import polynomials as poly
from fpgajet.prove.polynomials import Base, Frozen, Monomial, Polynomial

Values = NDArray[np.int64]
#: The range of a polynomial of at most so many bits is found by trying them.
MOST_BITS = 4
#: Arguments of atoms are evaluated in int64. Sums and products may wrap on the way, the result may not.
WIDEST = 1 << 62


class Kind(StrEnum):
    """What an atom computes from its argument."""

    INPUT = "input"
    FLOOR = "floor"
    CLIP = "clip"
    RELU = "relu"
    NEGATIVE = "negative"
    NONZERO = "nonzero"
    ABS = "abs"
    TABLE = "table"


class Atom(NamedTuple):
    """A value that is no polynomial in others.

    Attributes:
        kind: the operation.
        numbers: INPUT: its index; FLOOR: bits; CLIP: least and greatest value; TABLE: entries for the argument's
            values from ``numbers[0]`` on.
        argument: a polynomial.
        lowest, highest: range.
    """

    kind: Kind
    numbers: tuple[int, ...]
    argument: Frozen
    lowest: int
    highest: int

    def rule(self, x: Values) -> Values:
        """Its operation on values of its argument."""
        return _RULES[self.kind](x, self.numbers)


@dataclass
class Atoms:
    """All atoms and what is known about them.

    Attributes:
        atoms: the atoms, by number.
        bits: those that are 0 or 1.
        shared: atoms from this number on belong to the implementation alone.
        ranges: by base polynomial, the narrowest range that its nodes keep to.
    """

    atoms: list[Atom] = field(default_factory=list)
    bits: set[int] = field(default_factory=set)
    shared: int = 1 << 62
    ranges: dict[Frozen, tuple[int, int]] = field(default_factory=dict)
    _known: dict[tuple[Kind, tuple[int, ...], Frozen], int] = field(default_factory=dict)

    def single(
        self, kind: Kind, numbers: tuple[int, ...], argument: Frozen, low: int, high: int
    ) -> Polynomial:
        key = (kind, numbers, argument)
        if key not in self._known:
            self._require_int64(argument)
            self._known[key] = len(self.atoms)
            if (low, high) == (0, 1):
                self.bits.add(len(self.atoms))
            self.atoms.append(Atom(kind, numbers, argument, low, high))
        return {(self._known[key],): 1}

    def _require_int64(self, argument: Frozen) -> None:
        """Arguments are evaluated in int64: refuse what could leave it."""
        p = dict(argument)
        if any(p):
            base = poly.base_of(p)
            scale = Fraction(base.factor).denominator * Fraction(base.constant).denominator
            if max(map(abs, self.span(p))) * scale >= WIDEST:
                raise ValueError("a value of more than 62 bits is rounded or compared")

    # -- ranges ----------------------------------------------------------------------------------

    def remember_range(self, p: Polynomial, lowest: int, highest: int) -> None:
        """A node with polynomial ``p`` takes values in this range only."""
        base = poly.base_of(p)
        ends = [Fraction(end - base.constant) / Fraction(base.factor) for end in (lowest, highest)]
        low, high = int(-(-min(ends) // 1)), int(max(ends) // 1)
        known = self.ranges.get(base.base, (low, high))
        self.ranges[base.base] = (max(low, known[0]), min(high, known[1]))

    def span(self, p: Polynomial) -> tuple[int, int]:
        """Range of a polynomial."""
        if not any(p):
            value = int(p.get((), 0))
            return value, value
        base = poly.base_of(p)
        ends = [base.factor * end + base.constant for end in self.range_of(base.base)]
        return int(-(-min(ends) // 1)), int(max(ends) // 1)

    def range_of(self, base: Frozen) -> tuple[int, int]:
        """Range of a base polynomial: by interval arithmetic over its terms, and what its nodes keep to."""
        low, high = self._terms_range(base)
        known = self.ranges.get(base, (low, high))
        return max(low, known[0]), min(high, known[1])

    def _terms_range(self, base: Frozen) -> tuple[int, int]:
        atoms = poly.atoms_of(dict(base))
        if len(base) > 1 and len(atoms) <= MOST_BITS and atoms <= self.bits:
            grids = np.meshgrid(*[np.arange(2)] * len(atoms), indexing="ij")
            given: dict[Frozen, Values] = {
                (((atom,), 1),): grid.ravel() for atom, grid in zip(sorted(atoms), grids, strict=True)
            }
            values = self.terms(base, given, {})
            return int(values.min()), int(values.max())
        low = high = 0
        for monomial, coefficient in base:
            ends = [1]
            for atom in monomial:
                found = self.atoms[atom]
                ends = [x * y for x in ends for y in (found.lowest, found.highest)]
            terms = sorted(int(coefficient) * end for end in (min(ends), max(ends)))
            low, high = low + terms[0], high + terms[1]
        return low, high

    # -- values ----------------------------------------------------------------------------------

    def evaluate(self, p: Polynomial, given: dict[Frozen, Values], done: dict[int, Values]) -> Values:
        """Values of a polynomial where those of some base polynomials are given.

        Args:
            p: what to evaluate.
            given: values by base polynomial.
            done: values of atoms that were computed on the way; grows.
        """
        if not any(p):
            return np.asarray(int(p.get((), 0)), dtype=np.int64)
        base = poly.base_of(p)
        known = given.get(base.base)
        return affine(base, self.terms(base.base, given, done) if known is None else known)

    def groups(self, base: Frozen) -> dict[Monomial, Polynomial]:
        """A polynomial as a sum of products of atoms of the implementation alone with polynomials in the others."""
        groups: dict[Monomial, Polynomial] = {}
        for monomial, coefficient in base:
            own = tuple(atom for atom in monomial if atom >= self.shared)
            rest = tuple(atom for atom in monomial if atom < self.shared)
            groups.setdefault(own, {})[rest] = coefficient
        return groups

    def terms(self, base: Frozen, given: dict[Frozen, Values], done: dict[int, Values]) -> Values:
        total: Values = np.asarray(0, dtype=np.int64)
        for own, rest in self.groups(base).items():
            product = self._monomials(rest, given, done)
            for atom in own:
                product = product * self._value(atom, given, done)
            total = total + product
        return total

    def _monomials(self, p: Polynomial, given: dict[Frozen, Values], done: dict[int, Values]) -> Values:
        total: Values = np.asarray(int(p.get((), 0)), dtype=np.int64)
        if not any(p):
            return total
        split = poly.base_of(p)
        if split.base in given:
            return affine(split, given[split.base])
        for monomial, coefficient in p.items():
            if monomial:
                product: Values = np.asarray(int(coefficient), dtype=np.int64)
                for atom in monomial:
                    product = product * self._value(atom, given, done)
                total = total + product
        return total

    def _value(self, number: int, given: dict[Frozen, Values], done: dict[int, Values]) -> Values:
        alone = (((number,), 1),)
        if alone in given:
            return given[alone]
        if number not in done:
            atom = self.atoms[number]
            x = self.evaluate(dict(atom.argument), given, done)
            # Values by blocks (:mod:`fpgajet.prove.blocks`) have rules of their own.
            done[number] = x.operated(atom) if hasattr(x, "operated") else atom.rule(x)
        return done[number]


def affine(base: Base, values: Values) -> Values:
    """factor * values + constant, an integer wherever the values are possible."""
    factor, offset = Fraction(base.factor), Fraction(base.constant)
    denominator = factor.denominator * offset.denominator // gcd(factor.denominator, offset.denominator)
    total = values * int(factor * denominator) + int(offset * denominator)
    return total if denominator == 1 else total // denominator


_RULES: dict[Kind, Callable[[Values, tuple[int, ...]], Values]] = {
    Kind.FLOOR: lambda x, numbers: x >> np.int64(numbers[0]),
    Kind.CLIP: lambda x, numbers: np.clip(x, numbers[0], numbers[1]),
    Kind.RELU: lambda x, _: np.maximum(x, 0),
    Kind.NEGATIVE: lambda x, _: np.asarray(x < 0, dtype=np.int64),
    Kind.NONZERO: lambda x, _: np.asarray(x != 0, dtype=np.int64),
    Kind.ABS: lambda x, _: np.asarray(np.abs(x)),
    Kind.TABLE: lambda x, numbers: np.take(
        np.array(numbers[1:], dtype=np.int64), x - numbers[0], mode="clip"
    ),
}
