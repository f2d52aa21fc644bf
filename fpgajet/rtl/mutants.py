"""Netlists with one deliberate fault: what a proof or a comparison has to notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fpgajet.rtl.ir.cell import Cell, Control, Raw, Role, Term
from fpgajet.rtl.ir.cells import Constant, Limit, Mac, Mux, Product, Relu, Sum, Table, Trim, Unary
from fpgajet.rtl.ir.netlist import Netlist


class Mutant(NamedTuple):
    """A netlist with a fault, the kind of fault, and the cell that has it."""

    kind: str
    cell: int
    netlist: Netlist


def mutants(netlist: Netlist, count: int, seed: int) -> list[Mutant]:
    """Random faults, the kinds in turn.

    Args:
        netlist: the correct circuit.
        count: how many.
        seed: of the random choice of cells and faults.

    Returns:
        Distinct faults. Some change no output for any input; that is for the proof to show.
    """
    rng = np.random.default_rng(seed)
    found: list[Mutant] = []
    known: set[tuple[str, Cell | tuple[int, ...], int]] = set()
    kinds = list(_FAULTS)
    turn = 0
    while len(found) < count:
        kind = kinds[turn % len(kinds)]
        turn += 1
        places = [n for n, cell in enumerate(netlist.cells) if isinstance(cell, _FAULTS[kind].cells)]
        if not places or turn > 100 * count:
            kinds = [k for k in kinds if k != kind]
            if not kinds:
                break
            continue
        place = int(rng.choice(places))
        changed = _FAULTS[kind].change(netlist, place, rng)
        if changed is None:
            continue
        cell, tables = changed
        key = (kind, cell if tables == netlist.tables else tables[-1], place)
        if key in known or (cell == netlist.cells[place] and tables == netlist.tables):
            continue
        known.add(key)
        cells = (*netlist.cells[:place], cell, *netlist.cells[place + 1 :])
        found.append(Mutant(kind, place, replace(netlist, cells=cells, tables=tables)))
    return found


_Changed = tuple[Cell, tuple[tuple[int, ...], ...]]
_Change = Callable[[Netlist, int, np.random.Generator], _Changed | None]


class _Fault(NamedTuple):
    cells: tuple[type[Cell], ...]
    change: _Change


def _sign(rng: np.random.Generator) -> int:
    return int(rng.choice([-1, 1]))


def _constant(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    cell = netlist.cells[place]
    if isinstance(cell, Sum):
        if not cell.constant.value:
            return None
        constant = Raw(cell.constant.value + _sign(rng), cell.constant.fraction)
        return replace(cell, constant=constant, bounds=None), netlist.tables
    assert isinstance(cell, Constant)
    return replace(cell, raw=cell.raw + _sign(rng), bounds=None), netlist.tables


def _entry(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    cell = netlist.cells[place]
    assert isinstance(cell, Table)
    entries = list(netlist.tables[cell.table])
    where = int(rng.integers(len(entries)))
    low = -(1 << (cell.format.width - 1)) if cell.format.signed else 0
    high = low + (1 << cell.format.width) - 1
    entries[where] = min(max(entries[where] + _sign(rng), low), high)
    if entries == list(netlist.tables[cell.table]):
        return None
    tables = (*netlist.tables, tuple(entries))
    return replace(cell, table=len(netlist.tables), bounds=None), tables


def _term(
    netlist: Netlist, place: int, rng: np.random.Generator, change: Callable[[Term], Term]
) -> _Changed | None:
    cell = netlist.cells[place]
    if isinstance(cell, Sum):
        which = int(rng.integers(len(cell.terms)))
        terms = tuple(change(t) if k == which else t for k, t in enumerate(cell.terms))
        return replace(cell, terms=terms, bounds=None), netlist.tables
    assert isinstance(cell, Trim)
    moved = change(Term(cell.a, cell.shift, 1))
    return replace(cell, shift=moved.shift, bounds=None), netlist.tables


def _shift(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    by = _sign(rng)
    return _term(netlist, place, rng, lambda t: t._replace(shift=t.shift + by))


def _carry(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    return _term(netlist, place, rng, lambda t: t._replace(sign=-t.sign))


def _width(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    cell = netlist.cells[place]
    if cell.format.width < 3:
        return None
    narrow = cell.format._replace(width=cell.format.width - 1)
    return replace(cell, format=narrow, bounds=None), netlist.tables


def _rounding(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    """Half a unit more or less is added before bits are cut off."""
    cell = netlist.cells[place]
    assert isinstance(cell, Sum)
    finer = cell.format.fraction + 1
    finest = max([finer, *(netlist.cells[t.arg].format.fraction - t.shift for t in cell.terms)])
    if finest == finer:
        return None
    value = cell.constant.value << max(finer - cell.constant.fraction, 0)
    fraction = max(finer, cell.constant.fraction)
    constant = Raw(value + (_sign(rng) << (fraction - finer)), fraction)
    return replace(cell, constant=constant, bounds=None), netlist.tables


def _operand(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    """Another signal of the same format in place of an operand."""
    cell = netlist.cells[place]
    if not cell.args:
        return None
    old = int(rng.choice(cell.args))
    shape = netlist.cells[old].format
    others = [n for n in range(place) if n != old and netlist.cells[n].format == shape]
    if not others:
        return None
    new = int(rng.choice(others[-200:]))
    return replace(cell.moved({a: new if a == old else a for a in cell.args}), bounds=None), netlist.tables


def _swapped(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    cell = netlist.cells[place]
    if isinstance(cell, Mux):
        formats = {netlist.cells[n].format for n in (cell.chosen, cell.otherwise)}
        if len(formats) > 1:
            return None
        return replace(cell, chosen=cell.otherwise, otherwise=cell.chosen, bounds=None), netlist.tables
    assert isinstance(cell, Product)
    return replace(cell, a=cell.b, b=cell.a), netlist.tables


def _control(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    """A mask or saturation with another role, or left out."""
    cell = netlist.cells[place]
    assert isinstance(cell, Limit)
    which = int(rng.integers(len(cell.controls)))
    roles: list[Role | None] = [role for role in Role if role is not cell.controls[which].role]
    role = roles[int(rng.integers(len(roles)))] if rng.random() < 0.7 else None
    kept = [
        Control(c.arg, role or Role.OVER) if k == which else c
        for k, c in enumerate(cell.controls)
        if k != which or role is not None
    ]
    return replace(cell, controls=tuple(kept), bounds=None), netlist.tables


def _no_relu(netlist: Netlist, place: int, rng: np.random.Generator) -> _Changed | None:
    cell = netlist.cells[place]
    assert isinstance(cell, Relu)
    return Trim(cell.a, format=cell.format), netlist.tables


_FAULTS: dict[str, _Fault] = {
    "constant": _Fault((Constant, Sum), _constant),
    "table entry": _Fault((Table,), _entry),
    "shift": _Fault((Sum, Trim), _shift),
    "sign": _Fault((Sum,), _carry),
    "width": _Fault((Sum, Product, Mac, Trim), _width),
    "rounding": _Fault((Sum,), _rounding),
    "operand": _Fault((Sum, Product, Mac, Limit, Unary, Mux), _operand),
    "swapped operands": _Fault((Product, Mux), _swapped),
    "mask or saturation": _Fault((Limit,), _control),
    "no ReLU": _Fault((Relu,), _no_relu),
}
