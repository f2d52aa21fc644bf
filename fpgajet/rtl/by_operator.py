"""Equality of a netlist with its network for all inputs, operator by operator.

A netlist has no operators: passes have merged, split and shared their arithmetic. Most values that pass between
operators are signals all the same. A cell that has the values of an element on all samples, but for a power of two, is
proposed to be this element. The proposal is then proved: element and cell, both over the variables of earlier stages,
agree for all values of these. Only then is the cell cut: it becomes a variable for all that follow, on both sides. An
element of which no cell is proved is not cut: its expression enters the operators that read it. By induction over the
operators every cut cell is its element for every jet, and so are the outputs, where they are proved.

A variable takes all integers of a range that holds for every jet: that of interval arithmetic over the whole reference,
narrowed to the bits of its cells.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network, Node
from fpgajet.prove.direct import Direct
from fpgajet.prove.operators import OperatorProof
from fpgajet.prove.prover import Counts, Prover
from fpgajet.rtl.cuts import Cuts, Pair, Proposals, connected, turns
from fpgajet.rtl.ir.cell import Cell
from fpgajet.rtl.ir.cells import Input
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.scalars import Op, ScalarGraph, ScalarNetwork
from fpgajet.scalars.arithmetic import Numbers, ScalarArithmetic, ScalarArray

#: A cell that needs so many times the cells of another one for the same element is not tried.
LARGER = 4
#: Cells after which these are no longer counted.
MOST_CONE = 4000


class ByOperator:
    """A netlist and its network over common variables.

    Args:
        network: the reference. scalars: the same as one graph.
        netlist: a circuit with the network's inputs, in C order, and its score.
        samples: raw inputs [events, inputs], which propose what is to be proved.
    """

    def __init__(
        self, network: Network, scalars: ScalarNetwork, netlist: Netlist, samples: NDArray[np.int64]
    ) -> None:
        self.network, self.netlist, self.graph = network, netlist, ScalarGraph()
        self._whole = scalars
        score = map(int, scalars.stages[network.output.name].ravel())
        self._needed = set(scalars.graph.needed(score))
        self._types, self._shapes = network.types(), network.shapes()
        self._columns: list[NDArray[np.int64]] = []
        kind = network.input_type
        given = [self._variable(column, kind.lowest, kind.highest) for column in samples.T]
        #: by stage, its elements over the variables, and over those of earlier stages alone
        self.known: dict[str, Numbers] = {network.input_name: np.reshape(given, network.input_shape)}
        self._opened: dict[str, Numbers] = {}
        inputs = [(n, cell.index) for n, cell in enumerate(netlist.cells) if isinstance(cell, Input)]
        of_inputs = {n: (given[index], network.input_name) for n, index in inputs}
        self._cuts = Cuts(netlist, self.graph, of_inputs)
        self._proposals = Proposals(network, netlist, samples)

    def prove(self) -> list[OperatorProof]:
        """Operator by operator. The netlist is proved if the last one, the score, is."""
        return [self._operator(node) for node in self.network.nodes]

    def _operator(self, node: Node) -> OperatorProof:
        started, reason = time.perf_counter(), ""
        direct, counts = Direct(self.graph), Counts()
        expected = self._expected(node)
        pairs = self._proposed(node, expected)
        proved: list[Pair] = []
        last = node.name == self.network.output.name
        # An element of a stage needs one cell; of the score every cell counts.
        wanted = [pair.place if last else expected[pair.place] for pair in pairs]
        done: set[int] = set()
        for opened in self._openings(node):
            left = [pair for pair, value in zip(pairs, wanted, strict=True) if value not in done]
            if not left:
                break
            try:
                found, problem = self._equal(left, self._expected(node, opened), opened, direct, counts)
                proved, reason = proved + found, problem or reason
            except (NotImplementedError, ValueError) as error:
                reason = str(error)
            done = {pair.place if last else expected[pair.place] for pair in proved}
        values = set(wanted) if last else {expected[place] for place in self._free(node, expected)}
        self._cut_at(node, expected, proved)
        reason = _missing(values - done, set(wanted), len(values), reason)
        return OperatorProof(
            node.name,
            type(node.operator).__name__,
            not reason,
            reason,
            counts.cuts,
            counts.enumerations + direct.enumerations,
            counts.assignments + direct.assignments,
            round(time.perf_counter() - started, 3),
        )

    # -- both sides of one operator ----------------------------------------------------------------

    def _openings(self, node: Node) -> list[tuple[str, ...]]:
        """Inputs that are looked into, where the netlist does not read the signals that they are."""
        inputs = [name for name in dict.fromkeys(node.inputs) if name != self.network.input_name]
        return [(), *((name,) for name in inputs), *([tuple(inputs)] if len(inputs) > 1 else [])]

    def _expected(self, node: Node, opened: Sequence[str] = ()) -> list[int]:
        """Elements of an operator's result in the reference."""
        a = ScalarArithmetic(self.graph)
        nodes = [self._opened[name] if name in opened else self.known[name] for name in node.inputs]
        fractions = [self._types[name].fraction for name in node.inputs]
        given = [ScalarArray(self.graph, n, f) for n, f in zip(nodes, fractions, strict=True)]
        tensors = {name: a.exactly(tensor.values) for name, tensor in node.tensors.items()}
        found = node.operator.forward(a, given, tensors).at(self._types[node.name].fraction)
        return [int(n) for n in np.broadcast_to(found, self._shapes[node.name]).ravel()]

    def _free(self, node: Node, expected: Sequence[int]) -> list[int]:
        """Elements that the score needs and that are no variables or constants as they are."""
        whole = self._whole.stages[node.name].ravel()
        fixed = (Op.INPUT, Op.CONSTANT)
        return [
            place
            for place, number in enumerate(expected)
            if self.graph.nodes[number].op not in fixed and int(whole[place]) in self._needed
        ]

    def _proposed(self, node: Node, expected: Sequence[int]) -> list[Pair]:
        """Cells that may be elements; elements with one expression are one."""
        if node.name == self.network.output.name:
            return [Pair(place, 0, cell, 0) for place, cell in enumerate(self.netlist.outputs)]
        first: dict[int, int] = {}
        for place in self._free(node, expected):
            first.setdefault(expected[place], place)
        found, cut = [], self._cuts.nodes.keys()
        for place in first.values():
            # A cell far behind may have the values of an element by chance: its cone is many times as large.
            cells = list(self._proposals.pairs(node.name, place))
            sizes = [len(self._cuts.cone([pair.cell], cut, MOST_CONE)) for pair in cells]
            most = LARGER * min(sizes, default=0)
            found += [pair for pair, size in zip(cells, sizes, strict=True) if size <= most]
        return found

    def _equal(
        self,
        pairs: Sequence[Pair],
        expected: Sequence[int],
        opened: Sequence[str],
        direct: Direct,
        counts: Counts,
    ) -> tuple[list[Pair], str]:
        """The pairs that are proved equal, and what went wrong with others.

        A cell may have the values of an element by chance and depend on half of the circuit. So the first cells of all
        elements are compared, then the second ones, and so on.
        """
        prover = Prover(self.graph, np.stack(self._columns, axis=1))
        learned: set[int] = set()
        prover.counts = counts
        proved: list[Pair] = []
        problem = ""
        for turn in turns(pairs):
            try:
                sides = self._sides(turn, expected, opened)
                small = [direct.equal(*two) for two in sides]
                proved += [pair for pair, equal in zip(turn, small, strict=True) if equal]
                rest = [k for k, equal in enumerate(small) if equal is None]
                if {sides[k][0] for k in rest} - learned:
                    new = {self._element(pair, expected) for pair in pairs if pair not in proved}
                    prover.reference(new - learned)
                    learned |= new
                left = prover.prove(*zip(*(sides[k] for k in rest), strict=True)) if rest else []
            except (NotImplementedError, ValueError) as error:
                problem = problem or str(error)
                continue
            if any(end.differs for end in left):
                problem = problem or "differs in a sample event"
                continue
            missing = {rest[end.output] for end in left}
            proved += [turn[k] for k in rest if k not in missing]
        return proved, problem

    def _sides(
        self, pairs: Sequence[Pair], expected: Sequence[int], opened: Sequence[str]
    ) -> list[tuple[int, int]]:
        """Nodes that are equal if a cell is an element."""
        cells = self._cuts.expressions([pair.cell for pair in pairs], opened)
        return [
            (
                self._element(pair, expected),
                self.graph.shift(cell, max(pair.element_zeros - pair.cell_zeros, 0)),
            )
            for pair, cell in zip(pairs, cells, strict=True)
        ]

    def _element(self, pair: Pair, expected: Sequence[int]) -> int:
        """An element with the zeros at its end that its cell has more."""
        return self.graph.shift(expected[pair.place], max(pair.cell_zeros - pair.element_zeros, 0))

    # -- cuts --------------------------------------------------------------------------------------

    def _variable(self, values: NDArray[np.int64], low: int, high: int) -> int:
        self._columns.append(values)
        return self.graph.variable(len(self._columns) - 1, low, high)

    def _cut_at(self, node: Node, expected: Sequence[int], proved: Sequence[Pair]) -> None:
        """Make one variable of all cells and expressions that are equal to one another, but for a power of two."""
        become: dict[int, int] = {}
        for group in connected(expected, proved):
            earlier = next((pair for pair in group if pair.cell in self._cuts.nodes), None)
            if earlier is None:
                unit = min(min(pair.element_zeros, pair.cell_zeros) for pair in group)
                values = self._proposals.elements[node.name][:, group[0].place]
                variable = self._variable(
                    values >> np.int64(group[0].element_zeros - unit),
                    *self._range(node, expected, group, unit),
                )
            else:
                unit, variable = earlier.cell_zeros, self._cuts.nodes[earlier.cell][0]
            for pair in group:
                if pair.element_zeros >= unit:
                    become[expected[pair.place]] = self.graph.shift(variable, pair.element_zeros - unit)
                if pair.cell_zeros >= unit and pair.cell not in self._cuts.nodes:
                    node_of = self.graph.shift(variable, pair.cell_zeros - unit)
                    self._cuts.nodes[pair.cell] = node_of, node.name
        shape = self._shapes[node.name]
        self._opened[node.name] = np.reshape(expected, shape)
        self.known[node.name] = np.reshape([become.get(n, n) for n in expected], shape)

    def _range(
        self, node: Node, expected: Sequence[int], group: Sequence[Pair], unit: int
    ) -> tuple[int, int]:
        """The range that all members of a group keep to, in units of 2**unit."""
        whole, ranges = self._whole.stages[node.name].ravel(), []
        for pair in group:
            more = pair.element_zeros - unit
            nodes = [self._whole.graph.nodes[int(whole[pair.place])], self.graph.nodes[expected[pair.place]]]
            ranges += [_in_units(n.lowest, n.highest, more) for n in nodes]
            ranges.append(_in_units(*_format_range(self.netlist.cells[pair.cell]), pair.cell_zeros - unit))
        return max(low for low, _ in ranges), min(high for _, high in ranges)


def _missing(missing: set[int], proposed: set[int], count: int, reason: str) -> str:
    """Why values of an operator are not proved; empty if all are."""
    signals = len(missing & proposed)
    why = reason or "no form in common, and too many values to try"
    parts = [f"{signals} of {count} values: {why}"] if signals else []
    if len(missing) > signals:
        parts.append(f"{len(missing) - signals} of {count} values are no signals of the circuit")
    return "; ".join(parts)


def _format_range(cell: Cell) -> tuple[int, int]:
    top = 1 << (cell.format.width - cell.format.signed)
    return (-top if cell.format.signed else 0), top - 1


def _in_units(low: int, high: int, bits: int) -> tuple[int, int]:
    """Range of the multiples of 2**bits within a range, divided by it."""
    return -(-low >> bits), high >> bits
