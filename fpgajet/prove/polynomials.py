"""Polynomials over atoms with exact rational coefficients, and their canonical form.

An atom is a value that is no polynomial in others: an input, or the result of rounding, a comparison or a table. Two
values are equal for all inputs if their polynomials over the same atoms are equal.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from fpgajet.prove.limit import check

#: Sorted atom numbers; the empty product is the constant term.
Monomial = tuple[int, ...]
Coefficient = int | Fraction
Polynomial = dict[Monomial, Coefficient]
#: A polynomial as a dictionary key.
Frozen = tuple[tuple[Monomial, Coefficient], ...]


class Base(NamedTuple):
    """A polynomial as ``factor * base + constant``, ``base`` without constant term and with coprime coefficients."""

    factor: Coefficient
    base: Frozen
    constant: Coefficient


def constant(value: Coefficient) -> Polynomial:
    """A polynomial without atoms."""
    return {(): value} if value else {}


def freeze(p: Polynomial) -> Frozen:
    """The canonical key of a polynomial."""
    return tuple(sorted(p.items()))


def add(p: Polynomial, q: Polynomial, factor: Coefficient = 1) -> Polynomial:
    """p + factor * q."""
    result = dict(p)
    for monomial, coefficient in q.items():
        _add_to(result, monomial, factor * coefficient)
    return result


def scale(p: Polynomial, factor: Coefficient) -> Polynomial:
    """factor * p."""
    return {monomial: factor * coefficient for monomial, coefficient in p.items()} if factor else {}


def multiply(p: Polynomial, q: Polynomial, bits: Collection[int]) -> Polynomial:
    """p * q; an atom in ``bits`` is 0 or 1, so its square is itself."""
    result: Polynomial = {}
    for a, x in p.items():
        check()
        for b, y in q.items():
            _add_to(result, _product(a, b, bits), x * y)
    return result


def _add_to(p: Polynomial, monomial: Monomial, term: Coefficient) -> None:
    """p + term * monomial, in place; a coefficient of 0 is not kept."""
    total = p.get(monomial, 0) + term
    if total:
        p[monomial] = total
    else:
        p.pop(monomial, None)


def _product(a: Monomial, b: Monomial, bits: Collection[int]) -> Monomial:
    if not a or not b:
        return a or b
    merged = sorted(a + b)
    return tuple(atom for k, atom in enumerate(merged) if not (k and merged[k - 1] == atom and atom in bits))


def base_of(p: Polynomial) -> Base:
    """Take the constant term and the content out of a polynomial that is not constant."""
    free = {m: c for m, c in p.items() if m}
    denominator = 1
    for c in free.values():
        if isinstance(c, Fraction):
            denominator = denominator * c.denominator // gcd(denominator, c.denominator)
    content = 0
    for c in free.values():
        content = gcd(content, int(c * denominator))
    first = free[min(free)]
    factor: Coefficient = Fraction(content if first > 0 else -content, denominator)
    if factor.denominator == 1:
        factor = int(factor)
    frozen = tuple(
        sorted(
            (m, int(c / factor) if isinstance(factor, Fraction) else int(c) // factor)
            for m, c in free.items()
        )
    )
    return Base(factor, frozen, p.get((), 0))


def atoms_of(p: Polynomial) -> set[int]:
    """The atoms that a polynomial reads."""
    return {atom for monomial in p for atom in monomial}


def without_common_twos(p: Polynomial, bits: int) -> tuple[Polynomial, int]:
    """Without powers of two that all terms have, which decide nothing: floor((2 a + 1) / 4) = floor(a / 2)."""
    free = [c for m, c in p.items() if m]
    if not free or any(isinstance(c, Fraction) for c in free):
        return p, bits
    common = 0
    for c in free:
        common |= int(c)
    twos = min((common & -common).bit_length() - 1, bits)
    return {m: int(c) >> twos for m, c in p.items() if int(c) >> twos}, bits - twos


def outside_floor(p: Polynomial, bits: int) -> tuple[Polynomial, Polynomial]:
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
