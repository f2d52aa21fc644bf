"""Operations of a scalar graph on polynomials, in a form that does not depend on how a value is computed.

* Products with a bit, selections and gates are polynomials, since the square of a bit is the bit.
* Cutting bits off, at either end, is ``FLOOR``: floor(p / 2**s). Terms divisible by 2**s come out of it, and floors
  of floors are one.
* A function of one value with few possible values is a table over that value, up to factor and offset. A function of
  few bits is a polynomial in these bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.prove import polynomials as poly
from fpgajet.prove.atoms import Atom, Kind, Values
from fpgajet.prove.functions import TABLE_LENGTH, Functions
from fpgajet.prove.polynomials import Frozen, Polynomial


@dataclass
class Algebra(Functions):
    """Operations on polynomials.

    Attributes:
        nested: a floor of a value of which a finer floor is known is a floor of that, as suits whole networks, where
            values are rounded in steps. Otherwise floors of floors are opened: floor((q + floor(p / 4)) / 8) becomes
            floor((4 q + p) / 32), a form that does not depend on what was known before, as suits single operations.
    """

    nested: bool = True
    #: by bits and argument, the atoms that cut bits off
    _floors: dict[int, dict[Frozen, Polynomial]] = field(default_factory=dict)

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

    def floor(self, p: Polynomial, bits: int) -> Polynomial:  # noqa: PLR0911, PLR0912 - a form per return
        """floor(p / 2**bits).

        Where a finer floor of the same value is known, this is a floor of that one.
        """
        p, bits = poly.without_common_twos(p, bits)
        if bits == 0:
            return p
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, lambda q: self.floor(q, bits))
        if self._is_small(p):
            found = self.function(p, lambda v: v >> bits)
            if found is not None:
                return found
        whole, rest = poly.outside_floor(p, bits)
        low, high = self.span(rest)
        if low >> bits == high >> bits:
            return poly.add(whole, poly.constant(low >> bits))
        if not self.nested:
            opened = self._opened(rest, bits)
            if opened is not None:
                return poly.add(whole, opened)
        for finer in sorted(self._floors) if self.nested else ():
            if finer >= bits:
                break
            outside, inside = poly.outside_floor(rest, finer)
            known = self._floors[finer].get(poly.freeze(inside))
            if known is not None:
                return poly.add(whole, self.floor(poly.add(outside, known), bits - finer))
        free = [m for m in rest if m]
        if self.nested and len(free) == 1 and len(free[0]) == 1 and rest[free[0]] == 1:
            inner = self.atoms[free[0][0]]
            if inner.kind is Kind.FLOOR and not self._is_finest(inner):
                deeper = inner.numbers[0]
                moved = poly.add(dict(inner.argument), poly.constant(int(rest.get((), 0)) << deeper))
                return poly.add(whole, self.floor(moved, bits + deeper))
        cut = self.function(rest, lambda v: v >> bits)
        if cut is None:
            cut = self.single(Kind.FLOOR, (bits,), poly.freeze(rest), low >> bits, high >> bits)
            self._floors.setdefault(bits, {})[poly.freeze(rest)] = cut
        return poly.add(whole, cut)

    def _opened(self, p: Polynomial, bits: int) -> Polynomial | None:
        """floor(p / 2**bits) with a floor among the terms of ``p`` opened; None if there is none."""
        for monomial, c in p.items():
            inner = self.atoms[monomial[0]] if len(monomial) == 1 and c == 1 else None
            if inner and inner.kind is Kind.FLOOR:
                deeper = inner.numbers[0]
                others = poly.scale(poly.add(p, {monomial: 1}, -1), 1 << deeper)
                return self.floor(poly.add(others, dict(inner.argument)), bits + deeper)
        return None

    def _is_small(self, p: Polynomial) -> bool:
        """Whether a value of a node has few possible values."""
        if not any(p):
            return False
        low, high = self.ranges.get(poly.base_of(p).base, (0, TABLE_LENGTH))
        return high - low < TABLE_LENGTH

    def _is_finest(self, atom: Atom) -> bool:
        bits = atom.numbers[0]
        return not any(
            poly.freeze(poly.outside_floor(dict(atom.argument), finer)[1]) in self._floors[finer]
            for finer in self._floors
            if finer < bits
        )

    def clip(self, p: Polynomial, lowest: int, highest: int) -> Polynomial:
        """The nearest value within a range."""
        low, high = self.span(p)
        if lowest <= low and high <= highest:
            return p
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, lambda q: self.clip(q, lowest, highest))
        ends = [min(max(end, lowest), highest) for end in (low, high)]
        # What the value never exceeds does not belong to the function.
        numbers = (max(lowest, min(low, highest)), min(highest, max(high, lowest)))
        found = self.function(p, lambda v: np.clip(v, lowest, highest))
        return found if found is not None else self.single(Kind.CLIP, numbers, poly.freeze(p), *ends)

    def relu(self, p: Polynomial) -> Polynomial:
        """max(p, 0)."""
        low, high = self.span(p)
        if low >= 0 or high <= 0:
            return p if low >= 0 else {}
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, self.relu)
        found = self.function(p, lambda v: np.maximum(v, 0))
        return found if found is not None else self.single(Kind.RELU, (), poly.freeze(p), 0, high)

    def _only_atom(self, p: Polynomial) -> Atom | None:
        """The atom that a polynomial is, if it is one."""
        ((monomial, factor), *others) = p.items() if p else [((), 0)]
        return self.atoms[monomial[0]] if len(monomial) == 1 and factor == 1 and not others else None

    def negative(self, p: Polynomial) -> Polynomial:
        """1 where p < 0, else 0."""
        low, high = self.span(p)
        if high < 0 or low >= 0:
            return poly.constant(int(high < 0))
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, self.negative)
        base = poly.base_of(p)
        # factor * b + constant < 0 as a comparison of b with an integer
        limit = Fraction(-base.constant) / Fraction(base.factor)
        if base.factor > 0:
            return self._below(base.base, -int(-limit // 1))
        return poly.add(poly.constant(1), self._below(base.base, int(limit // 1) + 1), -1)

    def _below(self, base: Frozen, limit: int) -> Polynomial:
        """1 where a base polynomial is less than ``limit``."""
        p = poly.add(dict(base), poly.constant(-limit))
        found = self.function(p, lambda v: (v < 0).astype(np.int64))
        return found if found is not None else self.single(Kind.NEGATIVE, (), poly.freeze(p), 0, 1)

    def nonzero(self, p: Polynomial) -> Polynomial:
        """1 where p is not 0, else 0."""
        low, high = self.span(p)
        if low > 0 or high < 0:
            return poly.constant(1)
        if low == high:
            return {}
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, self.nonzero)
        base = poly.base_of(p)
        if base.constant % base.factor:
            return poly.constant(1)
        reduced = poly.add(dict(base.base), poly.constant(int(base.constant // base.factor)))
        found = self.function(reduced, lambda v: (v != 0).astype(np.int64))
        return found if found is not None else self.single(Kind.NONZERO, (), poly.freeze(reduced), 0, 1)

    def abs(self, p: Polynomial) -> Polynomial:
        """|p|."""
        low, high = self.span(p)
        if low >= 0:
            return p
        if high <= 0:
            return poly.scale(p, -1)
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, self.abs)
        if poly.base_of(p).factor < 0:
            p = poly.scale(p, -1)
        found = self.function(p, np.abs)
        if found is not None:
            return found
        return self.single(Kind.ABS, (), poly.freeze(p), 0, max(-low, high))

    def lookup(self, entries: tuple[int, ...], p: Polynomial) -> Polynomial:
        """Entry p of a table."""
        low, high = self.span(p)
        if low < 0 or high >= len(entries):
            raise ValueError(f"a table of {len(entries)} entries is read at {low}..{high}")
        return self._entry(np.array(entries, dtype=np.int64), p)

    def _entry(self, table: Values, p: Polynomial) -> Polynomial:
        gates = self.gates(p)
        if gates:
            return self.gated(p, gates, lambda q: self._entry(table, q))
        found = self.function(p, lambda v: table[np.clip(v, 0, len(table) - 1)], always=True)
        assert found is not None
        return found
