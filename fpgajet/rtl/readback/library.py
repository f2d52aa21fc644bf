"""Modules of our library that are taken as one cell, because they work bit by bit.

Their meaning is not believed: for every set of parameters in use, the module as Yosys reads it is evaluated for all
values of what each of its outputs depends on, and compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.rtl.ir.cell import Role
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, NotRead
from fpgajet.rtl.readback.machine import Machine, Meaning
from fpgajet.rtl.readback.modules import Module
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit
from fpgajet.scalars import ScalarGraph, evaluate

#: Assignments of the inputs of a module that are tried, and how many at a time.
MOST_ASSIGNMENTS, CHUNK = 1 << 26, 1 << 20


def limited(numbers: Numbers, parameters: Mapping[str, int], given: Mapping[str, list[WordBit]]) -> Word:
    """``fpgajet_limit``: (x | overs) & gates & ~kills."""
    graph, width = numbers.graph, len(given["x"])
    value = numbers.exact(given["x"])
    bits = [numbers.unsigned([bit]) for bit in given["c"]]
    ones = graph.constant(-1 if graph.nodes[value].lowest < 0 else (1 << width) - 1)
    for bit, role in zip(bits, _roles(parameters), strict=True):
        if role is Role.OVER:
            value = graph.select(bit, ones, value)
        else:
            kept = bit if role is Role.GATE else graph.subtract(graph.constant(1), bit)
            value = graph.gate(value, kept)
    return Word(value, width)


def _roles(parameters: Mapping[str, int]) -> list[Role]:
    counts = {Role.OVER: "OVERS", Role.GATE: "GATES", Role.KILL: "KILLS"}
    return [role for role, name in counts.items() for _ in range(parameters[name])]


def distance(numbers: Numbers, parameters: Mapping[str, int], given: Mapping[str, list[WordBit]]) -> Word:
    """``fpgajet_distance``: \\|a - b\\|."""
    read = numbers.signed if parameters["SIGNED"] else numbers.unsigned
    difference = numbers.graph.subtract(read(given["a"]), read(given["b"]))
    return Word(numbers.graph.abs(difference), len(given["a"]))


MEANINGS: dict[str, Meaning] = {"fpgajet_limit": limited, "fpgajet_distance": distance}


def require_meanings(modules: Mapping[str, Module]) -> None:
    """Check every module that is taken as one cell, for all values of its inputs.

    Raises:
        NotRead: a module does not compute what its name says.
    """
    for module in modules.values():
        if module.origin in MEANINGS and not _holds(modules, module):
            sizes = ", ".join(f"{key} = {value}" for key, value in module.parameters.items())
            raise NotRead(f"the module {module.origin} with {sizes} does not compute what it stands for")


def true_meanings(modules: Mapping[str, Module]) -> dict[str, Meaning]:
    """Those that hold for every set of parameters in use."""
    wrong = {m.origin for m in modules.values() if m.origin in MEANINGS and not _holds(modules, m)}
    return {name: meaning for name, meaning in MEANINGS.items() if name not in wrong}


def _holds(modules: Mapping[str, Module], module: Module) -> bool:
    key = (module.origin, tuple(sorted(module.parameters.items())), repr(module))
    return _checked(key, _Handed(modules, module))


class _Handed:
    """Arguments that do not belong to the key of a cache."""

    def __init__(self, modules: Mapping[str, Module], module: Module) -> None:
        self.modules, self.module = modules, module

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@cache
def _checked(key: object, handed: _Handed) -> bool:
    """Whether module and meaning agree for all inputs, output bit by output bit where these are independent."""
    modules, module = handed.modules, handed.module
    numbers, given, count = Numbers(ScalarGraph()), {}, 0
    ports: dict[str, list[WordBit]] = {}
    for port, bits in module.inputs.items():
        for place in range(len(bits)):
            given[Given(port, place)] = (Word(numbers.graph.input(count, FixedType(False, 1, 0)), 1), 0)
            count += 1
        ports[port] = [given[Given(port, place)] for place in range(len(bits))]
    inside = Hierarchy(modules, module.name, lambda port, place, time: Given(port, place))
    machine = Machine(inside, numbers, given, {})
    (port,) = module.outputs
    found = machine.output(port, 0)
    meant = MEANINGS[module.origin](numbers, module.parameters, ports)
    wanted: list[WordBit] = [(meant, place) for place in range(meant.width)]
    return all(
        _same(numbers, numbers.unsigned([f]), numbers.unsigned([w]))
        for f, w in zip(found, wanted, strict=True)
    )


def _same(numbers: Numbers, found: int, meant: int) -> bool:
    """Two bits for all values of the inputs that one of them depends on."""
    graph = numbers.graph
    if found == meant:
        return True
    read = [n for n in graph.needed([found, meant]) if graph.nodes[n].op == "input"]
    inputs = [graph.nodes[n].number for n in read]
    if 1 << len(inputs) > MOST_ASSIGNMENTS:
        raise NotRead(f"a bit of a module of the library depends on {len(inputs)} others")
    for start in range(0, 1 << len(inputs), CHUNK):
        values = np.arange(start, min(start + CHUNK, 1 << len(inputs)))
        raw = np.zeros((len(values), max(inputs, default=0) + 1), dtype=np.int64)
        for place, index in enumerate(inputs):
            raw[:, index] = values >> place & 1
        both = evaluate(graph, np.array([found, meant]), raw)
        if (both[:, 0] != both[:, 1]).any():
            return False
    return True
