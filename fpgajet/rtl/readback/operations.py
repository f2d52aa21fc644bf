"""The meaning of every combinational cell that Yosys' reader makes (Yosys manual, "Word-level cells")."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fpgajet.rtl.readback.hierarchy import NotRead
from fpgajet.rtl.readback.modules import Cell
from fpgajet.rtl.readback.vectors import Numbers, Piece, Word, WordBit, pieces

#: Addresses of tables of up to so many bits.
LONGEST_ADDRESS = 16

Bits = Sequence[WordBit]


@dataclass(frozen=True)
class Operation:
    """One cell, its inputs known.

    Attributes:
        numbers: makes nodes.
        cell: its kind and parameters.
        given: bits by input port, lowest first.
    """

    numbers: Numbers
    cell: Cell
    given: Mapping[str, Bits]

    def word(self) -> Word:
        """What the cell computes.

        Raises:
            NotRead: a cell that is not known here.
        """
        kind, width = self.cell.kind, self.cell.parameters.get("Y_WIDTH", 1)
        if kind == "$shiftx":
            return self._table()
        if kind == "$mux":
            return self._selected()
        rule = _RULES.get(kind)
        if rule is None:
            raise NotRead(f"the meaning of the cell {kind} is not known")
        return self.numbers.fitted(rule(self, width), width)

    def operand(self, port: str, width: int) -> int:
        """A number congruent to an operand that is extended to ``width`` bits."""
        bits = self.given[port]
        if len(bits) >= width:
            return self.numbers.residue(bits[:width])
        return self.exactly(port)

    def exactly(self, port: str) -> int:
        """An operand with or without sign, as the cell says."""
        signed = self.cell.parameters[f"{port}_SIGNED"]
        return (self.numbers.signed if signed else self.numbers.unsigned)(self.given[port])

    def _table(self) -> Word:
        """One bit of a constant, at a place."""
        entries, address = self.given["A"], self.given["B"]
        if not all(isinstance(bit, int) for bit in entries) or len(entries) != 1 << len(address):
            raise NotRead("a part of a signal at a variable place")
        words = {bit[0] for bit in address if isinstance(bit, tuple)}
        if len(words) == 1 and next(iter(words)).width <= LONGEST_ADDRESS:
            (word,) = words
        elif len(address) <= LONGEST_ADDRESS:
            word = Word(self.numbers.unsigned(address), len(address))
            address = [(word, place) for place in range(len(address))]
        else:
            raise NotRead(f"a table with an address of {len(address)} bits")
        constant = [bit for bit in entries if isinstance(bit, int)]
        reached = []
        for value in range(1 << word.width):
            places = [bit if isinstance(bit, int) else value >> bit[1] & 1 for bit in address]
            reached.append(constant[sum(bit << k for k, bit in enumerate(places))])
        return Word(self.numbers.entry(word, tuple(reached)), 1, (word, tuple(reached)))

    def _selected(self) -> Word:
        width, graph = len(self.given["A"]), self.numbers.graph
        key = self.numbers.unsigned(self.given["S"])
        chosen, otherwise = (self.numbers.residue(self.given[port]) for port in "BA")
        return self.numbers.fitted(graph.select(key, chosen, otherwise), width)


# -- bit by bit ----------------------------------------------------------------------------------


def _bitwise(operation: Operation, width: int) -> int:
    """AND, OR and XOR where one operand consists of constants and repeated bits."""
    given = [_widened(operation, port, width) for port in "AB"]
    graph = operation.numbers.graph
    masks = [all(_is_mask(part) for part in pieces(bits)) for bits in given]
    if not any(masks):
        raise NotRead(f"{operation.cell.kind} of two numbers")
    mask, value = given if masks[0] else given[::-1]
    total, place = graph.constant(0), 0
    for part in pieces(mask):
        taken = value[place : place + part.size]
        top = place + part.size == width
        if part.word is None:
            found = _with_constant(operation, part, taken, top)
        else:
            bit = operation.numbers.unsigned([(part.word, part.low)])
            found = _with_bit(operation, bit, taken, top)
        total = graph.add(total, graph.shift(found, place))
        place += part.size
    return total


def _widened(operation: Operation, port: str, width: int) -> list[WordBit]:
    bits = list(operation.given[port])[:width]
    fill = bits[-1] if operation.cell.parameters[f"{port}_SIGNED"] else 0
    return bits + [fill] * (width - len(bits))


def _is_mask(part: Piece) -> bool:
    return part.word is None or part.repeated or part.size == 1


def _with_bit(operation: Operation, bit: int, taken: Bits, top: bool) -> int:
    """A bit with every bit of a number."""
    numbers, graph = operation.numbers, operation.numbers.graph
    size = len(taken)
    # At the top of the word any congruent number will do.
    x = numbers.residue(taken) if top else numbers.unsigned(taken)
    negative = top and size > 1 and graph.nodes[x].lowest < 0
    ones = graph.constant(-1 if negative else (1 << size) - 1)
    match operation.cell.kind:
        case "$and":
            return graph.gate(x, bit)
        case "$or":
            return graph.select(bit, ones, x)
    return graph.select(bit, graph.subtract(ones, x), x)


def _with_constant(operation: Operation, part: Piece, taken: Bits, top: bool) -> int:
    """Constant bits with a number, a run of equal ones at a time."""
    graph = operation.numbers.graph
    total, place = graph.constant(0), 0
    while place < part.size:
        one, end = part.value >> place & 1, place
        while end < part.size and part.value >> end & 1 == one:
            end += 1
        bit = graph.constant(one)
        found = _with_bit(operation, bit, taken[place:end], top and end == part.size)
        total = graph.add(total, graph.shift(found, place))
        place = end
    return total


# -- all of a number -----------------------------------------------------------------------------


def _added(operation: Operation, width: int) -> int:
    return operation.numbers.graph.add(operation.operand("A", width), operation.operand("B", width))


def _subtracted(operation: Operation, width: int) -> int:
    return operation.numbers.graph.subtract(operation.operand("A", width), operation.operand("B", width))


def _multiplied(operation: Operation, width: int) -> int:
    return operation.numbers.graph.multiply(operation.operand("A", width), operation.operand("B", width))


def _negated(operation: Operation, width: int) -> int:
    graph = operation.numbers.graph
    return graph.subtract(graph.constant(0), operation.operand("A", width))


def _inverted(operation: Operation, width: int) -> int:
    graph = operation.numbers.graph
    return graph.subtract(graph.constant(1 if width == 1 else -1), operation.operand("A", width))


def _any(operation: Operation, _: int) -> int:
    return operation.numbers.graph.nonzero(operation.numbers.exact(operation.given["A"]))


def _all(operation: Operation, _: int) -> int:
    graph, bits = operation.numbers.graph, operation.given["A"]
    missing = graph.subtract(graph.constant((1 << len(bits)) - 1), operation.numbers.unsigned(bits))
    return graph.subtract(graph.constant(1), graph.nonzero(missing))


def _less(operation: Operation, _: int) -> int:
    return operation.numbers.graph.less(operation.exactly("A"), operation.exactly("B"))


def _not_less(operation: Operation, _: int) -> int:
    graph = operation.numbers.graph
    return graph.subtract(graph.constant(1), _less(operation, 0))


_RULES: dict[str, Callable[[Operation, int], int]] = {
    "$add": _added,
    "$sub": _subtracted,
    "$mul": _multiplied,
    "$neg": _negated,
    "$not": _inverted,
    "$and": _bitwise,
    "$or": _bitwise,
    "$xor": _bitwise,
    "$reduce_or": _any,
    "$reduce_bool": _any,
    "$reduce_and": _all,
    "$lt": _less,
    "$ge": _not_less,
}
