"""Directed edge vectors: a search for the inputs that bring every intermediate to both of its extremes.

Random jets miss the corners where firmware breaks: an accumulator that is one bit too narrow, a clip that is off by
one. So the integer reference is watched while it computes, operation by operation. For every operation and element
the search keeps the input that gives the largest value and the one that gives the smallest, for every requantiser
also those nearest to both of its clips, and makes new inputs from the ones that it has kept.
Source of the search: quality diversity, "Illuminating search spaces by mapping elites", arXiv 1504.04909.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, from_real
from fpgajet.ops.integers import FixedArray, IntegerArithmetic, Raw
from fpgajet.ops.network import Network

#: elements of one operation that are watched, beside the largest and the smallest of all
ELEMENTS = 96
#: inputs that are tried in one generation
GENERATION = 192
#: Extremes are kept of all inputs, and of those whose score lies beyond its clips by no more than these parts of its
#: range: an intermediate that is wrong shows only where the score does not saturate either way.
MARGINS = (np.inf, 0.4, 0.0)
#: generations of a full search: as many as a number of values of all stages allows, within limits
VALUES_PER_INPUT, FEWEST, MOST = 200_000, 50, 400


class _Watched(FixedArray):
    """Raw values whose sums and products the search sees."""

    arithmetic: _Watch

    def __add__(self, other: FixedArray) -> FixedArray:
        return self.arithmetic.seen(super().__add__(other))

    def __sub__(self, other: FixedArray) -> FixedArray:
        return self.arithmetic.seen(super().__sub__(other))

    def __mul__(self, other: FixedArray) -> FixedArray:
        return self.arithmetic.seen(super().__mul__(other))


class _Watch(IntegerArithmetic):
    """The integer reference; every sum, product, index and rounded value of a generation goes to the elites."""

    def __init__(self, elites: _Elites) -> None:
        self.elites = elites
        #: what was rounded last, in steps of the result: in the end the score before its clip
        self.unclipped: NDArray[np.float64] = np.zeros(0)

    def seen(self, x: FixedArray) -> FixedArray:
        """Offer the values to the elites, and watch what becomes of them."""
        self.elites.offer(x.raw)
        return self.watched(x)

    def watched(self, x: FixedArray) -> FixedArray:
        array = _Watched(x.raw, x.fraction)
        object.__setattr__(array, "arithmetic", self)
        return array

    def quantise(self, name: str, x: FixedArray, to: FixedType) -> FixedArray:
        shift = x.fraction - to.fraction
        if name == "output":
            self.unclipped = x.raw.astype(np.float64) * 2.0**-shift
        if 0 <= shift < 62:
            # Nearest to the last value that fits, and to the first that does not, at both ends.
            whole = x.raw >> shift
            for edge in (to.highest, to.highest + 1, to.lowest, to.lowest - 1):
                self.elites.offer(-np.abs(whole - edge), largest_only=True)
        return self.watched(super().quantise(name, x, to))

    def note(self, name: str, x: FixedArray) -> FixedArray:
        self.elites.offer(x.raw, noted=True)
        return x

    def sum(self, x: FixedArray, axis: int) -> FixedArray:
        return self.seen(super().sum(x, axis))

    def linear(self, x: FixedArray, weight: FixedArray) -> FixedArray:
        return self.seen(super().linear(x, weight))

    def lookup(self, table: FixedArray, index: FixedArray) -> FixedArray:
        self.elites.offer(index.raw)
        return self.watched(super().lookup(table, index))

    def take(self, x: FixedArray, index: Any, axis: int) -> FixedArray:
        return self.watched(super().take(x, index, axis))

    def expand(self, x: FixedArray, axis: int) -> FixedArray:
        return self.watched(super().expand(x, axis))

    def scale(self, x: FixedArray, exponent: int) -> FixedArray:
        return self.watched(super().scale(x, exponent))

    def concat(self, xs: Any, axis: int) -> FixedArray:
        return self.watched(super().concat(xs, axis))

    def relu(self, x: FixedArray) -> FixedArray:
        return self.watched(super().relu(x))

    def gate(self, x: FixedArray, bit: FixedArray) -> FixedArray:
        return self.watched(super().gate(x, bit))


class _Elites:
    """For every watched value, the input that makes it largest; smallest is largest with the other sign."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._chosen: list[NDArray[np.int64]] = []
        self._noted: list[int] = []
        self._best: list[Raw] = []
        self._inputs: list[Raw] = []
        self._generation: Raw = np.zeros((0,), np.int64)
        self._offered: list[Raw] = []

    def begin(self, generation: Raw) -> None:
        """Values offered from now on belong to these inputs [inputs, ...]; operations come in the same order."""
        self._generation, self._offered = generation, []

    def end(self, visible: list[NDArray[np.bool_]]) -> None:
        """Keep what is best, once of each choice of inputs [inputs]."""
        unseen = np.iinfo(np.int64).min
        for number, scores in enumerate(self._offered):
            for k, of in enumerate(visible):
                self._keep(len(visible) * number + k, np.where(of[:, None], scores, unseen))

    def offer(self, values: Raw, *, largest_only: bool = False, noted: bool = False) -> None:
        """Values [inputs, ...] of one operation; half of the search is for those that the firmware has a type for
        (``noted``)."""
        if len(values) != len(self._generation) or values.ndim == 0:
            return  # a constant
        flat = values.reshape(len(values), -1)
        operation = len(self._offered)
        if operation == len(self._chosen):
            size = flat.shape[1]
            chosen = np.arange(size) if size <= ELEMENTS else self._rng.choice(size, ELEMENTS, replace=False)
            self._chosen.append(np.sort(chosen))
            self._noted += [len(MARGINS) * operation + k for k in range(len(MARGINS))] if noted else []
        columns = flat[:, self._chosen[operation]]
        parts = [columns, flat.max(1, keepdims=True)]
        if not largest_only:
            parts += [-columns, -flat.min(1, keepdims=True)]
        self._offered.append(np.concatenate(parts, 1))

    def _keep(self, place: int, scores: Raw) -> None:
        first = scores.argmax(0)
        best = scores[first, np.arange(scores.shape[1])]
        if place == len(self._best):
            self._best.append(best)
            self._inputs.append(self._generation[first].copy())
            return
        better = best > self._best[place]
        self._best[place][better] = best[better]
        self._inputs[place][better] = self._generation[first[better]]

    def parents(self, count: int) -> Raw:
        """Kept inputs: of a random operation a random one."""
        which = self._rng.integers(0, len(self._inputs), count)
        if self._noted:
            which = np.where(self._rng.random(count) < 0.5, self._rng.choice(self._noted, count), which)
        return np.stack([self._inputs[k][self._rng.integers(0, len(self._inputs[k]))] for k in which])

    def kept(self, most: int) -> Raw:
        """At most so many different inputs; each operation gives the same number."""
        orders = [self._rng.permutation(len(inputs)) for inputs in self._inputs]
        rounds = max(len(order) for order in orders)
        ranked = [
            self._inputs[k][order[r]]
            for r in range(rounds)
            for k, order in enumerate(orders)
            if r < len(order)
        ]
        _, first = np.unique(np.stack(ranked).reshape(len(ranked), -1), axis=0, return_index=True)
        return np.stack([ranked[k] for k in np.sort(first)[:most]])


def extremes(network: Network, most: int, seed: int, jets: NDArray[np.float32], generations: int) -> Raw:
    """Inputs at which every intermediate of the network is as large, or as small, as the search can make it.

    Args:
        network: the definition.
        most: inputs wanted at most.
        seed: of the random generator (PCG64).
        jets: features of real jets, float32 [n, N, F], from which the search starts beside random inputs.
        generations: how often new inputs are made from the kept ones.

    Returns:
        Raw values of the input type, [inputs, N, F].
    """
    rng = np.random.default_rng(seed)
    precision, shape, last = network.input_type, network.input_shape, network.output.operator.output
    elites = _Elites(rng)
    some = from_real(jets[rng.integers(0, len(jets), GENERATION // 2)], precision) if len(jets) else None
    corners = rng.choice([precision.lowest, 0, precision.highest], (GENERATION, *shape))
    generation = corners if some is None else np.concatenate([some, corners])
    for _ in range(generations + 1):
        elites.begin(generation)
        arithmetic = _Watch(elites)
        given = arithmetic.watched(FixedArray(generation, precision.fraction))
        network.evaluate(arithmetic, given, lambda tensor: tensor.values)
        score = arithmetic.unclipped.reshape(len(generation), -1)
        elites.end([_within(score, last, margin) for margin in MARGINS])
        generation = _changed(elites.parents(GENERATION), elites.parents(GENERATION), precision, rng)
    return elites.kept(most)


def _within(score: NDArray[np.float64], to: FixedType, margin: float) -> NDArray[np.bool_]:
    """Which scores [inputs, outputs] are in the range of their type, or beyond by a part of it."""
    beyond = np.maximum(score - to.highest, to.lowest - score).max(1)
    near: NDArray[np.bool_] = beyond <= margin * (to.highest - to.lowest)
    return near


def _changed(parents: Raw, others: Raw, precision: FixedType, rng: np.random.Generator) -> Raw:
    """Each input changed in one of several ways, within the range of its type."""
    count, slots = parents.shape[:2]
    random = rng.integers(precision.lowest, precision.highest, parents.shape, endpoint=True)
    ends = rng.choice([precision.lowest, 0, precision.highest], parents.shape)
    few = rng.random(parents.shape) < rng.choice([1.5, 4.0], (count, 1, 1)) / parents[0].size
    rows = (rng.random((count, slots)) < 1.5 / slots)[:, :, None]
    ways = [
        np.where(few, ends, parents),
        np.where(few, random, parents),
        np.where(few, parents + rng.integers(-2, 3, parents.shape), parents),
        np.where(few, -parents, parents),
        np.where(rows, others, parents),
        np.where(rows, 0, parents),
        np.where(rows, ends, parents),
        np.where(rows, parents * 2, parents),
        (parents + others) >> 1,
        parents >> rng.integers(0, 3, (count, 1, 1)),
    ]
    way = rng.integers(0, len(ways), count)
    changed = np.stack(ways)[way, np.arange(count)]
    inside: Raw = np.clip(changed, precision.lowest, precision.highest)
    return inside


def generations_for(network: Network) -> int:
    """Generations of a full search: many for small networks, fewer where each takes long."""
    values = sum(prod(shape) for shape in network.shapes().values())
    return min(max(VALUES_PER_INPUT // values, FEWEST), MOST)
