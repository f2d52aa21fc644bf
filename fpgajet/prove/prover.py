"""Equality of two implementations for all inputs: algebra between cuts, enumeration at cuts.

Both are nodes of one scalar graph with common inputs. Sums, products, shifts and gates are polynomials over atoms
(:mod:`fpgajet.prove.algebra`). Whether an implementation used Winograd's products or chains of multiply-accumulates
does not show in them. Roundings, clips and tables are atoms. An implementation may compute these differently, from
carries and single bits say. Then a node of the reference with the same values on sample events is looked for. The two
are proved equal by evaluating both for every value of what they depend on: one accumulator and a few bits.

Why a proof holds. Every node has a polynomial that has the node's value for every input: by identities of the algebra,
or because a polynomial of the reference agrees with it for all values of its leaves (:mod:`fpgajet.prove.cones`). By
induction over the nodes this holds for the outputs, and outputs with one polynomial are equal for every input. A node
is proved from earlier nodes only. Ranges come from interval arithmetic over the nodes, never from a proof
(:mod:`fpgajet.prove.atoms`). Sampling only proposes what is to be proved. An equality that is not proved is not used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fpgajet.prove import polynomials as poly
from fpgajet.prove.algebra import Algebra
from fpgajet.prove.atoms import Kind, Values
from fpgajet.prove.blocks import agree_by_blocks
from fpgajet.prove.cones import Cone
from fpgajet.prove.limit import check
from fpgajet.prove.nodes import polynomial
from fpgajet.prove.polynomials import Coefficient, Frozen, Polynomial
from fpgajet.prove.single import SingleInputs, wraps
from fpgajet.scalars import ScalarGraph
from fpgajet.scalars.evaluate import evaluate_all

#: Assignments that one enumeration may try.
MOST_ASSIGNMENTS = 1 << 25
#: Terms above which a function of one input becomes a variable.
MOST_TERMS = 8
#: Nodes of the reference with the same sample values that are tried.
MOST_CANDIDATES = 8


@dataclass
class Counts:
    """What a proof took."""

    cuts: int = 0
    enumerations: int = 0
    assignments: int = 0
    too_wide: int = 0
    refuted: int = 0


@dataclass(frozen=True)
class Unproved:
    """An output whose equality was not shown.

    Attributes:
        output: its place among the outputs.
        differs: whether a sample event shows the difference.
        event: that event, or None.
    """

    output: int
    differs: bool
    event: int | None


@dataclass
class Prover:
    """Proves nodes of an implementation equal to nodes of the reference.

    Args:
        graph: both, with common inputs.
        samples: raw inputs [events, inputs], from jets and edge vectors.
        nested: see :class:`fpgajet.prove.algebra.Algebra`.
        tried: values of several inputs together that are tried where forms differ.
    """

    graph: ScalarGraph
    samples: NDArray[np.int64]
    nested: bool = True
    tried: int = 0
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        self.algebra = Algebra(nested=self.nested)
        self._single = SingleInputs(self.graph)
        self._polynomials: dict[int, Polynomial] = {}
        self._named: dict[Frozen, Polynomial] = {}
        self._local: set[int] = set()
        self._same: dict[bytes, list[int]] = defaultdict(list)
        self._values: dict[int, Values] = {}
        self._proved: dict[object, bool] = {}

    def reference(self, outputs: Iterable[int]) -> None:
        """Learn the definition: ``outputs`` and everything that they depend on."""
        self._simulate(outputs)
        for number in self.graph.needed(outputs):
            self._learn(number, reference=True)
            self._match(number)  # equal functions of one input get one form
            self._same[_signature(self._values[number])].append(number)
        self.algebra.shared = len(self.algebra.atoms)

    def prove(self, expected: Sequence[int], found: Sequence[int]) -> list[Unproved]:
        """Compare outputs of an implementation with those of the reference.

        Args:
            expected: nodes of the reference.
            found: nodes of the implementation, as many.

        Returns:
            The outputs that are not proved equal; empty if all are.
        """
        self._simulate(found)
        wrong = [
            self._unproved(place, r, c) for place, (r, c) in enumerate(zip(expected, found, strict=True))
        ]
        if any(output.differs for output in wrong):
            return [output for output in wrong if output.differs]
        for number in self.graph.needed(found):
            if number not in self._polynomials:
                self._learn(number)
                self._match(number)
        return [
            self._unproved(place, r, c)
            for place, (r, c) in enumerate(zip(expected, found, strict=True))
            if not self._equal(r, c)
        ]

    # -- learning --------------------------------------------------------------------------------

    def _simulate(self, outputs: Iterable[int]) -> None:
        self._values |= evaluate_all(self.graph, np.array(list(outputs)), self.samples)

    def _learn(self, number: int, *, reference: bool = False) -> None:
        check()
        node = self.graph.nodes[number]
        before = len(self.algebra.atoms)
        p = polynomial(self.algebra, self.graph, node, [self._polynomials[a] for a in node.arguments])
        p = self._named.get(poly.freeze(p), p)
        long = len(p) > MOST_TERMS and self._single.of(number) is not None
        if long or (reference and len(p) > 1 and wraps(self.graph, node)):
            # It becomes a variable. What is equal to it has its polynomial, or is found by trying all values of the
            # one input. Terms that a wrap adds would otherwise be drawn into the roundings behind it.
            variable = self.algebra.single(Kind.INPUT, (~number,), (), node.lowest, node.highest)
            self._named[poly.freeze(p)], p = variable, variable
        self._polynomials[number] = p
        if len(self.algebra.atoms) > before:
            self.counts.cuts += 1
        if any(p):
            self.algebra.remember_range(p, node.lowest, node.highest)

    # -- matching --------------------------------------------------------------------------------

    def _match(self, number: int) -> None:
        """Replace what only the implementation knows by what the reference knows, where that can be proved."""
        p = self._polynomials[number]
        known = all(atom < self.algebra.shared for atom in poly.atoms_of(p))
        # A function of one input may have several forms: cut in two steps that the reference knows, or in one.
        if known and self._single.of(number) is None:
            return
        for candidate in self._same[_signature(self._values[number])][:MOST_CANDIDATES]:
            relation = _relation(self._values[candidate], self._values[number])
            if relation is None:
                continue
            check()
            factor, offset = relation
            q = poly.add(poly.scale(self._polynomials[candidate], factor), poly.constant(offset))
            if p == q:
                return
            if (not known and self._holds(p, q)) or self._enumerated(candidate, number, factor, offset):
                self._polynomials[number] = q
                return

    def _enumerated(self, candidate: int, number: int, factor: Coefficient, offset: Coefficient) -> bool:
        """Whether two nodes that depend on the same input only, or on few values of inputs, agree for all of them."""
        inputs = self._single.few(candidate, number)
        if not inputs:
            return False
        same = self._single.of(number) is not None and self._single.of(candidate) == self._single.of(number)
        if not same and self._single.values(inputs) > self.tried:
            return False
        scale = Fraction(factor).denominator * Fraction(offset).denominator
        self.counts.enumerations += 1
        self.counts.assignments += self._single.values(inputs)
        return self._single.agree(candidate, number, int(factor * scale), scale, int(offset * scale))

    def _equal(self, r: int, c: int) -> bool:
        check()
        p, q = self._polynomials[c], self._polynomials[r]
        return p == q or self._holds(p, q) or self._enumerated(r, c, 1, 0)

    def _holds(self, p: Polynomial, q: Polynomial) -> bool:
        """Whether two polynomials agree for every value of what they depend on.

        Tried with sums as variables, and with the atoms in them as variables: the first are fewer, the second keep what
        several sums have in common. Either is sufficient.
        """
        return any(self._agree(p, q, split=split) for split in (False, True))

    def _agree(self, p: Polynomial, q: Polynomial, *, split: bool) -> bool:
        cone = Cone(self.algebra, p, q, split)
        if not cone.fits:
            self.counts.too_wide += 1
            return False
        key = cone.key()
        if key not in self._proved:
            if cone.size > MOST_ASSIGNMENTS:
                blocks = agree_by_blocks(cone)
                self._proved[key] = bool(blocks)
                self.counts.too_wide += not blocks
            else:
                blocks = cone.size
                self._proved[key] = cone.agree()
                self.counts.refuted += not self._proved[key]
            self.counts.enumerations += bool(blocks)
            self.counts.assignments += blocks
        return self._proved[key]

    def _unproved(self, place: int, r: int, c: int) -> Unproved:
        wrong = np.nonzero(self._values[r] != self._values[c])[0]
        return Unproved(place, bool(len(wrong)), int(wrong[0]) if len(wrong) else None)


def _signature(values: Values) -> bytes:
    """The same for two vectors that are affine functions of one another."""
    steps = values - values[0]
    content = int(np.gcd.reduce(steps)) or 1
    first = steps[np.argmax(steps != 0)]
    return bytes((steps // (content if first >= 0 else -content)).tobytes())


def _relation(reference: Values, found: Values) -> tuple[Coefficient, Coefficient] | None:
    """Factor and offset with found = factor * reference + offset on the samples; None if the reference is constant."""
    a, b = reference - reference[0], found - found[0]
    place = int(np.argmax(a != 0))
    if not a[place]:
        return None
    factor = Fraction(int(b[place]), int(a[place]))
    offset = int(found[0]) - factor * int(reference[0])
    return _plain(factor), _plain(offset)


def _plain(value: Fraction) -> Coefficient:
    return int(value) if value.denominator == 1 else value
