"""Operators evaluated on nodes of the scalar graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import Arithmetic, IntIndex
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor
from fpgajet.scalars.graph import ScalarGraph

#: numbers of nodes
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ScalarArray:
    """Nodes of one graph, all with the same number of fraction bits, without a batch axis."""

    graph: ScalarGraph
    numbers: Numbers
    fraction: int

    def at(self, fraction: int) -> Numbers:
        """The nodes written with more fraction bits."""
        more = fraction - self.fraction
        return _each(lambda x: self.graph.shift(x, more), self.numbers)

    def _with(
        self, other: ScalarArray, operation: Callable[[int, int], int], fraction: int, *, aligned: bool
    ) -> ScalarArray:
        x, y = (self.at(fraction), other.at(fraction)) if aligned else (self.numbers, other.numbers)
        return ScalarArray(self.graph, _each(operation, x, y), fraction)

    def __add__(self, other: ScalarArray) -> ScalarArray:
        return self._with(other, self.graph.add, max(self.fraction, other.fraction), aligned=True)

    def __sub__(self, other: ScalarArray) -> ScalarArray:
        return self._with(other, self.graph.subtract, max(self.fraction, other.fraction), aligned=True)

    def __mul__(self, other: ScalarArray) -> ScalarArray:
        return self._with(other, self.graph.multiply, self.fraction + other.fraction, aligned=False)


def _each(operation: Callable[..., int], *arrays: Numbers) -> Numbers:
    """An operation on every element, with broadcasting."""
    broadcast = np.broadcast_arrays(*arrays)
    values = [operation(*map(int, row)) for row in zip(*(a.ravel() for a in broadcast), strict=True)]
    return np.array(values, dtype=np.int64).reshape(broadcast[0].shape)


class ScalarArithmetic(Arithmetic[ScalarArray]):
    """Builds the scalar graph. Exact: every node is an integer of any size."""

    def __init__(self, graph: ScalarGraph | None = None) -> None:
        self.graph = graph or ScalarGraph()

    def input(self, shape: tuple[int, ...], precision: FixedType) -> ScalarArray:
        """All inputs of a network, in C order."""
        count = int(np.prod(shape))
        numbers = np.array([self.graph.input(k, precision) for k in range(count)], dtype=np.int64)
        return ScalarArray(self.graph, numbers.reshape(shape), precision.fraction)

    def exactly(self, values: FixedArray) -> ScalarArray:
        """Constants of a network."""
        return ScalarArray(self.graph, _each(self.graph.constant, values.raw), values.fraction)

    def quantise(self, name: str, x: ScalarArray, to: FixedType) -> ScalarArray:
        numbers = _each(lambda n: self.graph.quantise(n, x.fraction, to), x.numbers)
        return ScalarArray(self.graph, numbers, to.fraction)

    def constant(self, values: NDArray[Any]) -> ScalarArray:
        return self.exactly(FixedArray.exactly(values))

    def scale(self, x: ScalarArray, exponent: int) -> ScalarArray:
        return ScalarArray(self.graph, x.numbers, x.fraction - exponent)

    def sum(self, x: ScalarArray, axis: int) -> ScalarArray:
        terms = list(np.moveaxis(x.numbers, axis, 0))
        if not terms:
            raise ValueError("a sum over no terms")
        while len(terms) > 1:
            pairs = [_each(self.graph.add, a, b) for a, b in zip(terms[::2], terms[1::2], strict=False)]
            terms = pairs + ([terms[-1]] if len(terms) % 2 else [])
        return ScalarArray(self.graph, terms[0], x.fraction)

    def take(self, x: ScalarArray, index: IntIndex, axis: int) -> ScalarArray:
        return ScalarArray(self.graph, np.asarray(np.take(x.numbers, index, axis=axis)), x.fraction)

    def expand(self, x: ScalarArray, axis: int) -> ScalarArray:
        return ScalarArray(self.graph, np.expand_dims(x.numbers, axis), x.fraction)

    def concat(self, xs: Sequence[ScalarArray], axis: int) -> ScalarArray:
        fraction = max(x.fraction for x in xs)
        return ScalarArray(self.graph, np.concatenate([x.at(fraction) for x in xs], axis), fraction)

    def relu(self, x: ScalarArray) -> ScalarArray:
        return ScalarArray(self.graph, _each(self.graph.relu, x.numbers), x.fraction)

    def abs(self, x: ScalarArray) -> ScalarArray:
        return ScalarArray(self.graph, _each(self.graph.abs, x.numbers), x.fraction)

    def nonzero(self, x: ScalarArray) -> ScalarArray:
        return ScalarArray(self.graph, _each(self.graph.nonzero, x.numbers), 0)

    def gate(self, x: ScalarArray, bit: ScalarArray) -> ScalarArray:
        return ScalarArray(self.graph, _each(self.graph.gate, x.numbers, bit.numbers), x.fraction)

    def less(self, x: ScalarArray, y: ScalarArray) -> ScalarArray:
        fraction = max(x.fraction, y.fraction)
        return ScalarArray(self.graph, _each(self.graph.less, x.at(fraction), y.at(fraction)), 0)

    def select(self, bit: ScalarArray, x: ScalarArray, y: ScalarArray) -> ScalarArray:
        fraction = max(x.fraction, y.fraction)
        numbers = _each(self.graph.select, bit.numbers, x.at(fraction), y.at(fraction))
        return ScalarArray(self.graph, numbers, fraction)

    def lookup(self, table: ScalarArray, index: ScalarArray) -> ScalarArray:
        entries = _each(lambda n: self.graph.nodes[n].lowest, table.numbers)
        columns = entries.reshape(len(entries), -1).T
        tables = [self.graph.table(column) for column in columns]
        numbers = [self.graph.lookup(t, int(n)) for n in index.numbers.ravel() for t in tables]
        shape = index.numbers.shape + table.numbers.shape[1:]
        return ScalarArray(self.graph, np.array(numbers, dtype=np.int64).reshape(shape), table.fraction)

    def bounded(self, x: ScalarArray, to: FixedType) -> ScalarArray:
        finer = max(x.fraction, to.fraction)
        wide = FixedType(to.signed, to.bits + finer - to.fraction, finer)
        numbers = _each(lambda n: self.graph.clip(n, wide), x.at(finer))
        return ScalarArray(self.graph, numbers, finer)


@dataclass(frozen=True, eq=False)
class ScalarNetwork:
    """A whole network as scalars.

    Attributes:
        graph: all nodes.
        stages: by stage, the input excepted, numbers of its nodes in the shape of the stage.
        fractions: by stage, fraction bits of these nodes, which are raw values of the stage's type.
        output: name of the stage that is the score.
    """

    graph: ScalarGraph
    inputs: int
    stages: dict[str, Numbers]
    fractions: dict[str, int]
    output: str


def scalar_network(network: Network) -> ScalarNetwork:
    """Evaluate a network on symbols.

    Raises:
        ValueError: a look-up can leave its table.
    """
    a = ScalarArithmetic()
    given = a.input(network.input_shape, network.input_type)

    def constant(tensor: Tensor) -> ScalarArray:
        return a.exactly(tensor.values)

    arrays = network.evaluate(a, given, constant)
    # The type of a stage says where its binary point lies; forward may have kept fewer bits.
    types = network.types()
    named = {node.name: arrays[node.name] for node in network.nodes}
    stages = {name: array.at(types[name].fraction) for name, array in named.items()}
    fractions = {name: types[name].fraction for name in named}
    return ScalarNetwork(a.graph, given.numbers.size, stages, fractions, network.output.name)
