"""What two values depend on, and whether they agree for every value of that.

Two polynomials p and q are compared over *leaves*: base polynomials that stand for variables. Every input of the
network gives each leaf a value in its range, and p and q are functions of these values. If the functions agree for
all values in the ranges, p = q for all inputs. Leaves may depend on one another. Then more is tried than inputs can
reach: the comparison can fail for equal values, but not pass for different ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import numpy as np

from fpgajet.prove import polynomials as poly
from fpgajet.prove.atoms import WIDEST, Atoms, Kind, Values
from fpgajet.prove.limit import check
from fpgajet.prove.polynomials import Frozen, Polynomial

#: Assignments that are tried at a time.
CHUNK = 1 << 18


@dataclass
class Cone:
    """Two polynomials as functions of common leaves.

    Args:
        atoms: theirs.
        p: a polynomial of the implementation, whose value is known to be an integer.
        q: one of the reference, times a factor, plus an offset.
        split: atoms are the leaves, not sums of them.
    """

    atoms: Atoms
    p: Polynomial
    q: Polynomial
    split: bool
    leaves: dict[Frozen, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[Frozen, None] = {}
        self._leaves(self.p, found, set(), expand=False)
        self._leaves(self.q, found, set(), expand=True)
        self.leaves = {base: k for k, base in enumerate(found)}
        self.ranges = [self.atoms.range_of(base) for base in found]
        self.size = prod(high - low + 1 for low, high in self.ranges)

    # -- enumeration -----------------------------------------------------------------------------

    def agree(self) -> bool:
        """Evaluate both for all values of the leaves."""
        return all(self.equal(given) for given in self._assignments())

    def _assignments(self) -> Iterator[dict[Frozen, Values]]:
        """All values of the leaves, a chunk at a time."""
        for start in range(0, self.size, CHUNK):
            check()
            places = np.arange(start, min(start + CHUNK, self.size))
            given: dict[Frozen, Values] = {}
            for base, (low, high) in zip(self.leaves, self.ranges, strict=True):
                given[base] = places % (high - low + 1) + low
                places = places // (high - low + 1)
            yield given

    def equal(self, given: dict[Frozen, Values]) -> bool:
        """Compare p with q for some values of the leaves, or for blocks of values (:mod:`fpgajet.prove.blocks`).

        As fractions: q rounded down to an integer could be p where q itself is not.
        """
        done: dict[int, Values] = {}
        left = self.atoms.evaluate(self.p, given, done)
        if not any(self.q):
            return _all_same(left, np.asarray(self.q.get((), 0)))
        base = poly.base_of(self.q)
        known = given.get(base.base)
        right = self.atoms.terms(base.base, given, done) if known is None else known
        factor, constant = Fraction(base.factor), Fraction(base.constant)
        scale = factor.denominator * constant.denominator
        return _all_same(left * scale, right * int(factor * scale) + int(constant * scale))

    def steps(self) -> list[int]:
        """Sizes of blocks, as powers of two, in which its functions may have one form; the largest first."""
        found, waiting = set(), poly.atoms_of(self.p) | poly.atoms_of(self.q)
        seen: set[int] = set()
        while waiting:
            number = waiting.pop()
            if number in seen or (((number,), 1),) in self.leaves:
                continue
            seen.add(number)
            atom = self.atoms.atoms[number]
            waiting |= poly.atoms_of(dict(atom.argument))
            if atom.kind is Kind.FLOOR:
                found.add(atom.numbers[0])
            elif atom.kind is Kind.CLIP:
                found |= {abs(end).bit_length() - 1 for end in (atom.numbers[0], atom.numbers[1] + 1) if end}
        return sorted(found, reverse=True)

    @property
    def fits(self) -> bool:
        """Whether both sides of the comparison stay below 63 bits."""
        parts = [self.p, self.q]
        scales = [Fraction(c).denominator for part in parts for c in part.values()]
        return all(max(map(abs, self.atoms.span(part))) * prod(set(scales)) < WIDEST for part in parts)

    # -- the function without names ---------------------------------------------------------------

    def key(self) -> object:
        """Equal for two cones that compute the same functions over equal ranges: one enumeration is for both."""
        shapes: dict[int, tuple[object, ...]] = {}
        return self._shape(self.p, shapes), self._shape(self.q, shapes), tuple(self.ranges)

    def _shape(self, p: Polynomial, shapes: dict[int, tuple[object, ...]]) -> object:
        """Mirrors ``Atoms.evaluate``, with the numbers of leaves for their names."""
        if not any(p):
            return p.get((), 0)
        base = poly.base_of(p)
        if base.base in self.leaves:
            return self.leaves[base.base], base.factor, base.constant
        found: list[object] = []
        for own, rest in self.atoms.groups(base.base).items():
            atoms = tuple(self._atom_shape(a, shapes) for a in own)
            split = poly.base_of(rest) if any(rest) else None
            if split is None:
                found.append((atoms, rest.get((), 0)))
            elif split.base in self.leaves:
                found.append((atoms, self.leaves[split.base], split.factor, split.constant))
            else:
                terms = [(c, *(self._atom_shape(a, shapes) for a in m)) for m, c in rest.items()]
                found.append((atoms, tuple(terms)))
        return base.factor, base.constant, tuple(found)

    def _atom_shape(self, number: int, shapes: dict[int, tuple[object, ...]]) -> object:
        alone = (((number,), 1),)
        if alone in self.leaves:
            return ("leaf", self.leaves[alone])
        if number not in shapes:
            atom = self.atoms.atoms[number]
            argument = self._shape(dict(atom.argument), shapes)
            # Numbered in the order of discovery: a shape that occurs twice is written once.
            shapes[number] = (len(shapes), atom.kind, atom.numbers, argument)
            return shapes[number]
        return shapes[number][0]

    # -- leaves ----------------------------------------------------------------------------------

    def _leaves(self, p: Polynomial, leaves: dict[Frozen, None], seen: set[int], *, expand: bool) -> None:
        """Add the base polynomials that a value depends on.

        Atoms of the implementation alone are replaced by their arguments. With ``expand``, so are those of the
        reference that are no leaves yet, down to values that are.
        """
        if not any(p):
            return
        base = poly.base_of(p).base
        if base in leaves:
            return
        for own, rest in self.atoms.groups(base).items():
            for atom in own:
                self._open(atom, leaves, seen, expand=expand)
            if not any(rest):
                continue
            part = poly.base_of(rest).base
            if part in leaves:
                continue
            if not expand and not self.split and len(part) > 1:
                leaves[part] = None
                continue
            if not expand:
                leaves |= {(((atom,), 1),): None for atom in sorted(poly.atoms_of(rest))}
                continue
            for atom in sorted(poly.atoms_of(rest)):
                self._open(atom, leaves, seen, expand=True)

    def _open(self, atom: int, leaves: dict[Frozen, None], seen: set[int], *, expand: bool) -> None:
        """Add what one atom depends on."""
        alone = (((atom,), 1),)
        if alone in leaves or atom in seen:
            return
        seen.add(atom)
        argument = self.atoms.atoms[atom].argument
        if argument:
            opens = self._opens(argument, leaves, expand)
            self._leaves(dict(argument), leaves, seen, expand=opens)
        else:
            leaves[alone] = None

    def _opens(self, argument: Frozen, leaves: dict[Frozen, None], expand: bool) -> bool:
        """Whether an argument of a reference atom is looked into: only a single atom that is no leaf is."""
        p = dict(argument)
        if not expand or not any(p):
            return False
        base = poly.base_of(p).base
        return base not in leaves and len(base) == 1 and len(base[0][0]) >= 1


def _all_same(left: Values, right: Values) -> bool:
    if hasattr(left, "same"):
        return bool(left.same(right))
    return bool(right.same(left)) if hasattr(right, "same") else bool((left == right).all())
