"""Functions of one value with few possible values, and of few bits, in canonical form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

import numpy as np

from fpgajet.prove import polynomials as poly
from fpgajet.prove.atoms import MOST_BITS, Atoms, Kind, Values, affine
from fpgajet.prove.polynomials import Frozen, Monomial, Polynomial

#: A value with at most so many possible values: its functions are tables.
TABLE_LENGTH = 1024


@dataclass
class Functions(Atoms):
    """Atoms with tables."""

    #: by base polynomial, least and greatest value of all tables over it
    _domains: dict[Frozen, tuple[int, int]] = field(default_factory=dict)

    def function(
        self, p: Polynomial, rule: Callable[[Values], Values], always: bool = False
    ) -> Polynomial | None:
        """A function of one value with few possible values, or of few bits; None where there are too many.

        Args:
            p: the value.
            rule: the function, for every integer: it also gets values that ``p`` never takes.
            always: however many values there are.
        """
        if not any(p):
            return poly.constant(int(rule(np.array([int(p.get((), 0))]))[0]))
        atoms = poly.atoms_of(p)
        if len(atoms) <= MOST_BITS and atoms <= self.bits:
            return self._of_bits(p, sorted(atoms), rule)
        base = poly.base_of(p)
        low, high = self._domain(base.base)
        if high - low >= TABLE_LENGTH and not always:
            return None
        arguments = np.arange(low, high + 1)
        return self._tabulated(base.base, low, rule(affine(base, arguments)))

    def gates(self, p: Polynomial) -> Monomial:
        """The bits that all terms but the constant one are multiplied with.

        No bits where coefficients are fractions: without the bits the value might be no integer.
        """
        if any(isinstance(c, Fraction) for c in p.values()):
            return ()
        terms = [set(monomial) for monomial in p if monomial]
        return tuple(sorted(set.intersection(*terms) & self.bits)) if terms else ()

    def gated(
        self, p: Polynomial, gates: Monomial, operation: Callable[[Polynomial], Polynomial]
    ) -> Polynomial:
        """f(b x + c) = f(c) + b (f(x + c) - f(c)) for a product b of bits."""
        closed = operation(poly.constant(p.get((), 0)))
        free = {tuple(a for a in m if a not in gates): c for m, c in p.items() if m}
        opened = operation(poly.add(free, poly.constant(p.get((), 0))))
        return poly.add(closed, poly.multiply({gates: 1}, poly.add(opened, closed, -1), self.bits))

    def _domain(self, base: Frozen) -> tuple[int, int]:
        """Arguments of tables over a base polynomial: the range known at the first one, so that all are as long."""
        return self._domains.setdefault(base, self.range_of(base))

    def merged(self, p: Polynomial) -> Polynomial:
        """Sums and products of functions of one value as one function of it."""
        bases = {
            self.atoms[atom].argument for atom in poly.atoms_of(p) if self.atoms[atom].kind is Kind.TABLE
        }
        for base in sorted(bases):
            p = self._merged_over(p, base)
        return p

    def _merged_over(self, p: Polynomial, base: Frozen) -> Polynomial:
        """Merge tables over one base polynomial, and multiples of it, that are multiplied with the same."""
        alone = base[0][0][0] if len(base) == 1 and len(base[0][0]) == 1 else -1
        low, high = self._domain(base)
        groups: dict[Monomial, list[tuple[Monomial, Monomial]]] = {}
        for monomial in p:
            own = tuple(atom for atom in monomial if atom == alone or self._is_over(atom, base))
            if own:
                rest = tuple(atom for atom in monomial if atom not in own)
                groups.setdefault(rest, []).append((monomial, own))
        result = p
        for rest, members in groups.items():
            tables = any(atom != alone for _, own in members for atom in own)
            linear = self._multiple(p, base) if not rest and alone < 0 else 0
            plain = len(members) == 1 and len(members[0][1]) == 1
            if not tables or (plain and not linear) or not all(isinstance(p[m], int) for m, _ in members):
                continue
            arguments = np.arange(low, high + 1)
            total = linear * arguments
            result = poly.add(result, dict(base), -linear)
            for monomial, own in members:
                product = np.full(len(arguments), int(p[monomial]), dtype=np.int64)
                for atom in own:
                    product = product * (arguments if atom == alone else self.atoms[atom].numbers[1:])
                total = total + product
                result = poly.add(result, {monomial: p[monomial]}, -1)
            found = self._tabulated(base, low, total)
            result = poly.add(result, poly.multiply({rest: 1}, found, self.bits))
        return result

    def _is_over(self, atom: int, base: Frozen) -> bool:
        found = self.atoms[atom]
        return found.kind is Kind.TABLE and found.argument == base

    @staticmethod
    def _multiple(p: Polynomial, base: Frozen) -> int:
        """How often a polynomial contains all of a base polynomial, 0 if its terms do not go together."""
        first = p.get(base[0][0], 0)
        if not isinstance(first, int) or first % base[0][1]:
            return 0
        factor = first // int(base[0][1])
        return factor if all(p.get(monomial) == factor * c for monomial, c in base) else 0

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
                result[tuple(a for a, used in zip(atoms, corner, strict=True) if used)] = int(
                    coefficients[corner]
                )
        return result

    def _tabulated(self, base: Frozen, low: int, values: Values) -> Polynomial:
        """A table over a base polynomial; a straight line is no table, and tables of tables are one."""
        if len(base) == 1 and len(base[0][0]) == 1 and base[0][1] == 1:
            inner = self.atoms[base[0][0][0]]
            if inner.kind is Kind.TABLE:
                inner_values = np.array(inner.numbers[1:], dtype=np.int64)
                reached = np.clip(inner_values - low, 0, len(values) - 1)
                return self._tabulated(inner.argument, inner.numbers[0], values[reached])
        steps = np.diff(values)
        if len(values) == 1 or (steps == steps[0]).all():
            slope = int(steps[0]) if len(steps) else 0
            return poly.add(poly.scale(dict(base), slope), poly.constant(int(values[0]) - slope * low))
        start = int(values.min())
        content = 0
        for value in {int(v) - start for v in values.tolist()}:
            content = gcd(content, value)
        reduced = (values - start) // content
        if _falls(reduced, -low):
            # One sign for a function and its negative.
            top = int(reduced.max())
            reduced, start, content = top - reduced, start + top * content, -content
        numbers = (low, *map(int, reduced.tolist()))
        atom = self.single(Kind.TABLE, numbers, base, 0, int(reduced.max()))
        return poly.add(poly.scale(atom, content), poly.constant(start))


def _falls(values: Values, zero: int) -> bool:
    """Which of a function and its negative is written: 0 at 0 where that is an end, else the rising one."""
    at_zero = values[zero] if 0 <= zero < len(values) else -1
    if at_zero in (0, values.max()):
        return bool(at_zero)
    changed = values[np.argmax(values != values[0])]
    return bool(values[0] > values[-1] or (values[0] == values[-1] and changed < values[0]))
