"""Values of a scalar graph as polynomials over atoms, in a form that does not depend on how they are computed.

* Products with a bit, selections and gates are polynomials, since the square of a bit is the bit.
* Cutting bits off, at either end, is ``FLOOR``: floor(p / 2**s). Terms divisible by 2**s come out of it, and floors
  of floors are one.
* A function of one value with few possible values is a table over that value, up to factor and offset. A function of
  few bits is a polynomial in these bits.
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

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.prove import polynomials as poly
from fpgajet.prove.polynomials import Base, Coefficient, Frozen, Monomial, Polynomial
from fpgajet.scalars import Op, Scalar, ScalarGraph

Values = NDArray[np.int64]
#: A value with at most so many possible values: its functions are tables.
TABLE_LENGTH = 1024
#: A function of at most so many bits is a polynomial in them.
MOST_BITS = 4


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


@dataclass
class Algebra:
    """Atoms and what is known about them.

    Attributes:
        graph: where the nodes are.
        atoms: all atoms.
        bits: those that are 0 or 1.
        shared: atoms from this number on belong to the implementation alone.
        ranges: by base polynomial, the narrowest range that its nodes keep to.
    """

    graph: ScalarGraph
    atoms: list[Atom] = field(default_factory=list)
    bits: set[int] = field(default_factory=set)
    shared: int = 1 << 62
    ranges: dict[Frozen, tuple[int, int]] = field(default_factory=dict)
    _known: dict[tuple[Kind, tuple[int, ...], Frozen], int] = field(default_factory=dict)
    #: by bits and argument, the atoms that cut bits off
    _floors: dict[int, dict[Frozen, Polynomial]] = field(default_factory=dict)

    # -- nodes -----------------------------------------------------------------------------------

    def polynomial(self, node: Scalar, x: list[Polynomial]) -> Polynomial:  # noqa: PLR0911, PLR0912 - a row per operation
        """The polynomial of a node from those of its arguments."""
        match node.op:
            case Op.INPUT:
                return self._single(Kind.INPUT, (node.number,), (), node.lowest, node.highest)
            case Op.CONSTANT:
                return poly.constant(node.number)
            case Op.ADD:
                return poly.add(x[0], x[1])
            case Op.SUBTRACT:
                return poly.add(x[0], x[1], -1)
            case Op.SHIFT:
                return poly.scale(x[0], 1 << node.number)
            case Op.MULTIPLY | Op.GATE:
                return poly.multiply(x[0], x[1], self.bits)
            case Op.SELECT:
                return poly.add(x[2], poly.multiply(x[0], poly.add(x[1], x[2], -1), self.bits))
            case Op.LESS:
                return self.negative(poly.add(x[0], x[1], -1))
            case Op.NONZERO:
                return self.nonzero(x[0])
            case Op.ABS:
                return self.abs(x[0])
            case Op.RELU:
                return self.relu(x[0])
            case Op.CLIP:
                return self.clip(x[0], node.lowest, node.highest)
            case Op.LOOKUP:
                return self.lookup(self.graph.tables[node.number], x[0])
            case Op.QUANTISE:
                assert node.precision is not None
                return self.quantise(x[0], node.number, node.precision)
        raise NotImplementedError(f"the scalar operation {node.op} has no algebra")

    # -- operations ------------------------------------------------------------------------------

    def quantise(self, p: Polynomial, fraction: int, to: FixedType) -> Polynomial:
        """One rounding, then the overflow rule; written as floors, ties and clips."""
        shift, lowest = fraction - to.fraction, to.lowest
        inner = self._only_atom(p)
        if inner and inner.kind is Kind.RELU and lowest <= 0 and to.overflow is not Overflow.WRAP:
            # Rounding is monotonic and keeps 0: round(max(x, 0)) = max(round(x), 0).
            p, lowest = dict(inner.argument), 0
        rounded = self._rounded(p, shift, to.rounding)
        if to.overflow is Overflow.WRAP:
            return self.wrap(rounded, to)
        return self.clip(rounded, lowest, to.highest)

    def _rounded(self, p: Polynomial, shift: int, rounding: Rounding) -> Polynomial:
        if shift <= 0:
            return poly.scale(p, 1 << -shift)
        if rounding is Rounding.FLOOR:
            return self.floor(p, shift)
        shifted = poly.add(p, poly.constant(1 << (shift - 1)))
        upper = self.floor(shifted, shift)
        if rounding is Rounding.HALF_UP:
            return upper
        rest = poly.add(shifted, upper, -(1 << shift))
        tie = poly.add(poly.constant(1), self.nonzero(rest), -1)
        odd = poly.add(upper, self.floor(upper, 1), -2)
        return poly.add(upper, poly.multiply(odd, tie, self.bits), -1)

    def wrap(self, p: Polynomial, to: FixedType) -> Polynomial:
        """The low bits, with sign where ``to`` has one."""
        low, high = self.span(p)
        if to.lowest <= low and high <= to.highest:
            return p
        offset = poly.add(p, poly.constant(1 << (to.bits - 1))) if to.signed else p
        return poly.add(p, self.floor(offset, to.bits), -(1 << to.bits))

    def floor(self, p: Polynomial, bits: int) -> Polynomial:
        """floor(p / 2**bits).

        Where a finer floor of the same value is known, this is a floor of that one.
        """
        p, bits = _reduced(p, bits)
        if bits == 0:
            return p
        whole, rest = _outside(p, bits)
        low, high = self.span(rest)
        if low >> bits == high >> bits:
            return poly.add(whole, poly.constant(low >> bits))
        for finer in sorted(self._floors):
            if finer >= bits:
                break
            outside, inside = _outside(rest, finer)
            known = self._floors[finer].get(poly.freeze(inside))
            if known is not None:
                return poly.add(whole, self.floor(poly.add(outside, known), bits - finer))
        free = [m for m in rest if m]
        if len(free) == 1 and len(free[0]) == 1 and rest[free[0]] == 1:
            inner = self.atoms[free[0][0]]
            if inner.kind is Kind.FLOOR and not self._is_finest(inner):
                deeper = inner.numbers[0]
                moved = poly.add(dict(inner.argument), poly.constant(int(rest.get((), 0)) << deeper))
                return poly.add(whole, self.floor(moved, bits + deeper))
        cut = self._function(rest, lambda v: v >> bits)
        if cut is None:
            cut = self._single(Kind.FLOOR, (bits,), poly.freeze(rest), low >> bits, high >> bits)
            self._floors.setdefault(bits, {})[poly.freeze(rest)] = cut
        return poly.add(whole, cut)

    def _is_finest(self, atom: Atom) -> bool:
        bits = atom.numbers[0]
        return not any(
            poly.freeze(_outside(dict(atom.argument), finer)[1]) in self._floors[finer]
            for finer in self._floors
            if finer < bits
        )

    def clip(self, p: Polynomial, lowest: int, highest: int) -> Polynomial:
        """The nearest value within a range."""
        low, high = self.span(p)
        if lowest <= low and high <= highest:
            return p
        ends = [min(max(end, lowest), highest) for end in (low, high)]
        # What the value never exceeds does not belong to the function.
        numbers = (max(lowest, min(low, highest)), min(highest, max(high, lowest)))
        found = self._function(p, lambda v: np.clip(v, lowest, highest))
        return found if found is not None else self._single(Kind.CLIP, numbers, poly.freeze(p), *ends)

    def relu(self, p: Polynomial) -> Polynomial:
        """max(p, 0)."""
        low, high = self.span(p)
        if low >= 0 or high <= 0:
            return p if low >= 0 else {}
        found = self._function(p, lambda v: np.maximum(v, 0))
        return found if found is not None else self._single(Kind.RELU, (), poly.freeze(p), 0, high)

    def _only_atom(self, p: Polynomial) -> Atom | None:
        """The atom that a polynomial is, if it is one."""
        ((monomial, factor), *others) = p.items() if p else [((), 0)]
        return self.atoms[monomial[0]] if len(monomial) == 1 and factor == 1 and not others else None

    def negative(self, p: Polynomial) -> Polynomial:
        """1 where p < 0, else 0."""
        low, high = self.span(p)
        if high < 0 or low >= 0:
            return poly.constant(int(high < 0))
        base = poly.base_of(p)
        # factor * b + constant < 0 as a comparison of b with an integer
        limit = Fraction(-base.constant) / Fraction(base.factor)
        if base.factor > 0:
            return self._below(base.base, -int(-limit // 1))
        return poly.add(poly.constant(1), self._below(base.base, int(limit // 1) + 1), -1)

    def _below(self, base: Frozen, limit: int) -> Polynomial:
        """1 where a base polynomial is less than ``limit``."""
        p = poly.add(dict(base), poly.constant(-limit))
        found = self._function(p, lambda v: (v < 0).astype(np.int64))
        return found if found is not None else self._single(Kind.NEGATIVE, (), poly.freeze(p), 0, 1)

    def nonzero(self, p: Polynomial) -> Polynomial:
        """1 where p is not 0, else 0."""
        low, high = self.span(p)
        if low > 0 or high < 0:
            return poly.constant(1)
        if low == high:
            return {}
        base = poly.base_of(p)
        if base.constant % base.factor:
            return poly.constant(1)
        reduced = poly.add(dict(base.base), poly.constant(int(base.constant // base.factor)))
        found = self._function(reduced, lambda v: (v != 0).astype(np.int64))
        return found if found is not None else self._single(Kind.NONZERO, (), poly.freeze(reduced), 0, 1)

    def abs(self, p: Polynomial) -> Polynomial:
        """|p|."""
        low, high = self.span(p)
        if low >= 0:
            return p
        if high <= 0:
            return poly.scale(p, -1)
        if poly.base_of(p).factor < 0:
            p = poly.scale(p, -1)
        found = self._function(p, np.abs)
        if found is not None:
            return found
        return self._single(Kind.ABS, (), poly.freeze(p), 0, max(-low, high))

    def lookup(self, entries: tuple[int, ...], p: Polynomial) -> Polynomial:
        """Entry p of a table."""
        table = np.array(entries, dtype=np.int64)
        low, high = self.span(p)
        if low < 0 or high >= len(entries):
            raise ValueError(f"a table of {len(entries)} entries is read at {low}..{high}")
        found = self._function(p, lambda v: table[v], always=True)
        assert found is not None
        return found

    # -- canonical functions ---------------------------------------------------------------------

    def _function(
        self, p: Polynomial, rule: Callable[[Values], Values], always: bool = False
    ) -> Polynomial | None:
        """A function of one value with few possible values, or of few bits; None where there are too many."""
        if not any(p):
            return poly.constant(int(rule(np.array([int(p.get((), 0))]))[0]))
        atoms = poly.atoms_of(p)
        if len(atoms) <= MOST_BITS and atoms <= self.bits:
            return self._of_bits(p, sorted(atoms), rule)
        base = poly.base_of(p)
        low, high = self.range_of(base.base)
        if high - low >= TABLE_LENGTH and not always:
            return None
        arguments = np.arange(low, high + 1)
        return self._tabulated(base.base, low, rule(_affine(base, arguments)))

    def _of_bits(self, p: Polynomial, atoms: list[int], rule: Callable[[Values], Values]) -> Polynomial:
        """Moebius inversion: the values at all corners as coefficients of the products of bits."""
        grids = np.meshgrid(*[np.arange(2)] * len(atoms), indexing="ij")
        given: dict[Frozen, Values] = {
            (((atom,), 1),): grid.ravel() for atom, grid in zip(atoms, grids, strict=True)
        }
        values = rule(np.broadcast_to(self.evaluate(p, given, {}), 2 ** len(atoms))).reshape([2] * len(atoms))
        coefficients = values.astype(object)
        for axis in range(len(atoms)):
            ends = [np.take(coefficients, [k], axis) for k in (0, 1)]
            coefficients = np.concatenate([ends[0], ends[1] - ends[0]], axis)
        result: Polynomial = {}
        for corner in np.ndindex(coefficients.shape):
            if coefficients[corner]:
                result[tuple(a for a, used in zip(atoms, corner, strict=True) if used)] = int(coefficients[corner])
        return result

    def _tabulated(self, base: Frozen, low: int, values: Values) -> Polynomial:
        """A table over a base polynomial; a straight line is no table, and tables of tables are one."""
        if len(base) == 1 and len(base[0][0]) == 1 and base[0][1] == 1:
            inner = self.atoms[base[0][0][0]]
            if inner.kind is Kind.TABLE:
                inner_values = np.array(inner.numbers[1:], dtype=np.int64)
                return self._tabulated(inner.argument, inner.numbers[0], values[inner_values - low])
        steps = np.diff(values)
        if len(values) == 1 or (steps == steps[0]).all():
            slope = int(steps[0]) if len(steps) else 0
            return poly.add(poly.scale(dict(base), slope), poly.constant(int(values[0]) - slope * low))
        start = int(values.min())
        content = 0
        for value in {int(v) - start for v in values.tolist()}:
            content = gcd(content, value)
        reduced = (values - start) // content
        if reduced[0] > reduced[-1] or (reduced[0] == reduced[-1] and reduced[np.argmax(reduced != reduced[0])] < reduced[0]):
            # One sign for a function and its negative.
            top = int(reduced.max())
            reduced, start, content = top - reduced, start + top * content, -content
        numbers = (low, *map(int, reduced.tolist()))
        atom = self._single(Kind.TABLE, numbers, base, 0, int(reduced.max()))
        return poly.add(poly.scale(atom, content), poly.constant(start))

    def _single(
        self, kind: Kind, numbers: tuple[int, ...], argument: Frozen, low: int, high: int
    ) -> Polynomial:
        key = (kind, numbers, argument)
        if key not in self._known:
            self._known[key] = len(self.atoms)
            if (low, high) == (0, 1):
                self.bits.add(len(self.atoms))
            self.atoms.append(Atom(kind, numbers, argument, low, high))
        return {(self._known[key],): 1}

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
            values = self._terms(base, given, {})
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
        return _affine(base, self._terms(base.base, given, done) if known is None else known)

    def groups(self, base: Frozen) -> dict[Monomial, Polynomial]:
        """A polynomial as a sum of products of atoms of the implementation alone with polynomials in the others."""
        groups: dict[Monomial, Polynomial] = {}
        for monomial, coefficient in base:
            own = tuple(atom for atom in monomial if atom >= self.shared)
            rest = tuple(atom for atom in monomial if atom < self.shared)
            groups.setdefault(own, {})[rest] = coefficient
        return groups

    def _terms(self, base: Frozen, given: dict[Frozen, Values], done: dict[int, Values]) -> Values:
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
            return _affine(split, given[split.base])
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
            done[number] = _RULES[atom.kind](x, atom.numbers)
        return done[number]


def _reduced(p: Polynomial, bits: int) -> tuple[Polynomial, int]:
    """Without powers of two that all terms have, which decide nothing: floor((2 a + 1) / 4) = floor(a / 2)."""
    free = [c for m, c in p.items() if m]
    if not free or any(isinstance(c, Fraction) for c in free):
        return p, bits
    common = 0
    for c in free:
        common |= int(c)
    twos = min((common & -common).bit_length() - 1, bits)
    return {m: int(c) >> twos for m, c in p.items() if int(c) >> twos}, bits - twos


def _outside(p: Polynomial, bits: int) -> tuple[Polynomial, Polynomial]:
    """p = 2**bits * first + second: the terms of which nothing is cut off, and the rest."""
    whole: Polynomial = {}
    rest: Polynomial = {}
    for monomial, c in p.items():
        if isinstance(c, int) and (not monomial or c % (1 << bits) == 0):
            # Of the constant, what can carry stays.
            if c >> bits:
                whole[monomial] = c >> bits
            if c & ((1 << bits) - 1):
                rest[monomial] = c & ((1 << bits) - 1)
        else:
            rest[monomial] = c
    return whole, rest


def _affine(base: Base, values: Values) -> Values:
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
    Kind.TABLE: lambda x, numbers: np.take(np.array(numbers[1:], dtype=np.int64), x - numbers[0], mode="clip"),
}

__all__ = ["Algebra", "Atom", "Coefficient", "Kind", "Values"]
