"""The statements of a network in C, one per node of the scalar graph.

The text is compiled twice: with ``W`` and ``Q`` as int32_t and int64_t for one event, and as vectors of them for
``LANES`` events at once. A node is computed in 32 bits where its range and the ranges of what it reads allow it.
Long networks are split into functions, so that compilers need no more than a few seconds. Values that cross from
one function to another are kept in slots of a workspace. A slot is used again once its value has been read for
the last time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.scalars import Op, Scalar, ScalarGraph

#: Nodes per function. Compilers take longer than linear in the length of a function.
FUNCTION_LENGTH = 300
INT32 = (-(2**31), 2**31 - 1)


@dataclass(frozen=True)
class Body:
    """C text of a network.

    Attributes:
        tables: definitions of the look-up tables.
        functions: definitions of the functions ``PREFIX(part_K)``.
        parts: how many functions there are.
        narrow_slots, wide_slots: size of the workspace, in ``W`` and ``Q``.
    """

    tables: str
    functions: str
    parts: int
    narrow_slots: int
    wide_slots: int


def write_body(graph: ScalarGraph, outputs: Sequence[int]) -> Body:
    """Functions that compute the nodes ``outputs`` and store them in ``out``, in this order.

    Args:
        graph: the scalar graph.
        outputs: numbers of nodes.
    """
    numbers = [n for n in graph.needed(outputs) if graph.nodes[n].op is not Op.CONSTANT]
    parts = [numbers[k : k + FUNCTION_LENGTH] for k in range(0, len(numbers), FUNCTION_LENGTH)] or [[]]
    part_of = {n: k for k, part in enumerate(parts) for n in part}
    last_read = _last_reads(graph, numbers, part_of)
    slots = _slots(graph, parts, part_of, last_read)
    places: dict[int, list[int]] = {}
    for place, number in enumerate(outputs):
        places.setdefault(number, []).append(place)

    functions = []
    for k, part in enumerate(parts):
        writer = _Function(graph, part_of, slots, k)
        lines = [line for n in part for line in writer.node(n, last_read[n] > k, places.get(n, []))]
        if k == len(parts) - 1:
            lines += [
                f"out[{place}] = TO_Q(SPLAT_W({graph.nodes[n].number}));"
                if _fits(graph.nodes[n])
                else f"out[{place}] = SPLAT_Q({_literal(graph.nodes[n].number)});"
                for n in places
                if graph.nodes[n].op is Op.CONSTANT
                for place in places[n]
            ]
        body = "".join(f"    {line}\n" for line in writer.loads + lines)
        functions.append(
            f"static void PREFIX(part_{k})(const W *restrict in, PREFIX(slots) *restrict s, Q *restrict out)\n"
            f"{{\n    (void)in; (void)s; (void)out;\n{body}}}\n"
        )
    narrow = sum(1 for name in set(slots.values()) if name.startswith("w"))
    used = sorted({graph.nodes[n].number for n in numbers if graph.nodes[n].op is Op.LOOKUP})
    return Body(
        "".join(_table(graph.tables[t], t) for t in used),
        "\n".join(functions),
        len(parts),
        narrow,
        len(set(slots.values())) - narrow,
    )


def _last_reads(graph: ScalarGraph, numbers: Sequence[int], part_of: Mapping[int, int]) -> dict[int, int]:
    """By node, the last function that reads it."""
    last = dict(part_of)
    for number in numbers:
        for argument in graph.nodes[number].arguments:
            if argument in last:
                last[argument] = max(last[argument], part_of[number])
    return last


def _slots(
    graph: ScalarGraph,
    parts: Sequence[Sequence[int]],
    part_of: Mapping[int, int],
    last_read: Mapping[int, int],
) -> dict[int, str]:
    """By node that crosses functions, its place in the workspace."""
    slots: dict[int, str] = {}
    free: dict[str, list[str]] = {"w": [], "q": []}
    size = {"w": 0, "q": 0}
    ends: dict[int, list[int]] = {}
    for k, part in enumerate(parts):
        for number in ends.pop(k - 1, []):
            free[slots[number][0]].append(slots[number])
        for number in part:
            if last_read[number] > part_of[number]:
                group = "w" if _fits(graph.nodes[number]) else "q"
                if not free[group]:
                    free[group].append(f"{group}[{size[group]}]")
                    size[group] += 1
                slots[number] = free[group].pop()
                ends.setdefault(last_read[number], []).append(number)
    return slots


class _Function:
    """Writes the nodes of one function; remembers what it has to load first."""

    def __init__(
        self, graph: ScalarGraph, part_of: Mapping[int, int], slots: Mapping[int, str], part: int
    ) -> None:
        self.graph, self.part_of, self.slots, self.part = graph, part_of, slots, part
        self.loads: list[str] = []
        self._loaded: set[int] = set()

    def node(self, number: int, crosses: bool, places: Sequence[int]) -> list[str]:
        """Statements for one node."""
        node = self.graph.nodes[number]
        kind = "W" if _fits(node) else "Q"
        lines = [f"const {kind} v{number} = {self._expression(node)};"]
        if crosses:
            lines.append(f"s->{self.slots[number]} = v{number};")
        value = f"TO_Q(v{number})" if kind == "W" else f"v{number}"
        return lines + [f"out[{place}] = {value};" for place in places]

    def _expression(self, node: Scalar) -> str:
        wide = not all(_fits(n) for n in (node, *(self.graph.nodes[a] for a in node.arguments)))
        if node.op is Op.QUANTISE:
            wide = wide or not self._rounds_in_32_bits(node)
        t = "Q" if wide else "W"
        x = [self._argument(n, wide) for n in node.arguments]
        text = self._rule(node, t, x)
        # The computation was wide, the result is not.
        narrowed = wide and _fits(node) and node.op not in (Op.LOOKUP, Op.LESS, Op.NONZERO)
        return f"TO_W({text})" if narrowed else text

    def _rule(self, node: Scalar, t: str, x: list[str]) -> str:  # noqa: PLR0911, PLR0912 - a row per operation
        match node.op:
            case Op.INPUT:
                return f"in[{node.number}]"
            case Op.ADD:
                return f"{x[0]} + {x[1]}"
            case Op.SUBTRACT:
                return f"{x[0]} - {x[1]}"
            case Op.MULTIPLY:
                return f"{x[0]} * {x[1]}"
            case Op.SHIFT:
                return f"{x[0]} * {_literal(1 << node.number)}"
            case Op.RELU:
                return f"RELU_{t}({x[0]})"
            case Op.ABS:
                return f"ABS_{t}({x[0]})"
            case Op.NONZERO:
                return f"BIT_{t}({x[0]} != 0)"
            case Op.LESS:
                return f"BIT_{t}({x[0]} < {x[1]})"
            case Op.GATE:
                return f"{x[0]} & -({x[1]})"
            case Op.SELECT:
                return f"SELECT_{t}({x[0]}, {x[1]}, {x[2]})"
            case Op.LOOKUP:
                index = self._argument(node.arguments[0], False)
                if _narrow(self.graph.tables[node.number]):
                    return f"PREFIX(lookup_w)(table_{node.number}, {index})"
                found = f"PREFIX(lookup_q)(table_{node.number}, {index})"
                return f"TO_W({found})" if _fits(node) else found
            case Op.QUANTISE:
                return self._quantise(node, t, x[0])
            case Op.CLIP:
                return _clip(x[0], node.lowest, node.highest, t)
        raise NotImplementedError(f"the scalar operation {node.op} has no C")

    def _rounds_in_32_bits(self, node: Scalar) -> bool:
        """Whether adding a half, or shifting left, stays in 32 bits."""
        assert node.precision is not None
        given = self.graph.nodes[node.arguments[0]]
        shift = node.number - node.precision.fraction
        reach = (1 << shift if shift > 0 else 0) + (
            max(abs(given.lowest), abs(given.highest)) << max(-shift, 0)
        )
        return reach <= INT32[1] and shift < 31 and node.precision.bits <= 31

    def _quantise(self, node: Scalar, t: str, x: str) -> str:
        to = node.precision
        assert to is not None
        shift = node.number - to.fraction
        if shift <= 0:
            rounded = f"({x} * {_literal(1 << -shift)})" if shift else x
        elif shift > 62:
            raise NotImplementedError("a quantiser that drops more than 62 bits has no C")
        elif to.rounding is Rounding.FLOOR:
            rounded = f"({x} >> {shift})"
        elif to.rounding is Rounding.HALF_UP:
            rounded = f"(({x} + {_literal(1 << (shift - 1))}) >> {shift})"
        else:  # the last bit that is kept decides a tie
            rounded = f"(({x} + {_literal((1 << (shift - 1)) - 1)} + (({x} >> {shift}) & 1)) >> {shift})"
        if to.overflow is Overflow.WRAP:
            return _wrap(rounded, to, t)
        return _clip(rounded, to.lowest, to.highest, t)

    def _argument(self, number: int, wide: bool) -> str:
        node = self.graph.nodes[number]
        if node.op is Op.CONSTANT:
            return _literal(node.number)
        if self.part_of[number] != self.part and number not in self._loaded:
            self._loaded.add(number)
            kind = "W" if _fits(node) else "Q"
            self.loads.append(f"const {kind} v{number} = s->{self.slots[number]};")
        return f"TO_Q(v{number})" if wide and _fits(node) else f"v{number}"


def _clip(x: str, lowest: int, highest: int, t: str) -> str:
    return f"PREFIX(clip_{t.lower()})({x}, {_literal(lowest)}, {_literal(highest)})"


def _wrap(x: str, to: FixedType, t: str) -> str:
    unsigned = f"({x} & {_literal((1 << to.bits) - 1)})"
    if not to.signed:
        return unsigned
    sign = _literal(1 << (to.bits - 1))
    return f"(({unsigned} ^ {sign}) - {sign})"


def _fits(node: Scalar) -> bool:
    """Whether every value of a node is an int32."""
    return INT32[0] <= node.lowest and node.highest <= INT32[1]


def _literal(value: int) -> str:
    """A C constant; the most negative number of a size cannot be written directly."""
    if value in (-(2**31), -(2**63)):
        return f"({_literal(value + 1)} - 1)"
    suffix = "" if INT32[0] <= value <= INT32[1] else "LL"
    return f"{value}{suffix}" if value >= 0 else f"({value}{suffix})"


def _narrow(entries: Sequence[int]) -> bool:
    return all(INT32[0] <= entry <= INT32[1] for entry in entries)


def _table(entries: Sequence[int], index: int) -> str:
    rows = [", ".join(map(_literal, entries[k : k + 12])) for k in range(0, len(entries), 12)]
    text = ",\n    ".join(rows)
    size = "int32_t" if _narrow(entries) else "int64_t"
    return f"static const {size} table_{index}[{len(entries)}] = {{\n    {text}}};\n"
