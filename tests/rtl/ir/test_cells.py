"""Kinds of cells: operands by name, equality, and a row for every kind wherever one is needed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fpgajet.rtl.ir.areas import area
from fpgajet.rtl.ir.cell import Cell, Control, Format, Role, Term
from fpgajet.rtl.ir.cells import DSP_KINDS, KINDS, Constant, Copy, Input, Limit, Mac, Mux, Product, Sum
from fpgajet.rtl.ir.delays import delay
from fpgajet.rtl.ir.evaluate import compute
from fpgajet.rtl.ir.rows import require_rows
from fpgajet.rtl.write.statements import state

BYTE = Format(True, 8, 0)


def test_signals_are_read_in_the_order_of_the_operands_and_move_with_them() -> None:
    cells: list[Cell] = [
        Sum((Term(3, 1, -1), Term(2, 0, 1)), format=BYTE),
        Mux(3, 2, 1, 4, format=BYTE),
        Mac(3, 2, None, 0, -1, None, Term(1, 2, 1), format=BYTE),
        Mac(3, 2, 1, -1, 1, Term(0, 0, 1), Term(1, 2, 1), format=BYTE),
        Limit(3, (Control(2, Role.OVER), Control(1, Role.KILL)), format=BYTE),
        Input(3, format=BYTE),
        Constant(3, format=BYTE),
    ]
    assert [cell.args for cell in cells] == [(3, 2), (3, 2, 1), (3, 2, 1), (3, 2, 1, 0, 1), (3, 2, 1), (), ()]
    shifted = [cell.moved([10, 11, 12, 13]) for cell in cells]
    assert [cell.args for cell in shifted] == [tuple(10 + n for n in cell.args) for cell in cells]
    assert [cell.moved({10: 0, 11: 1, 12: 2, 13: 3}) for cell in shifted] == cells


def test_bounds_do_not_make_cells_different_but_everything_else_does() -> None:
    product = Product(0, 1, format=BYTE)
    assert product == Product(0, 1, format=BYTE, bounds=(0, 3))
    assert hash(product) == hash(Product(0, 1, format=BYTE, bounds=(0, 3)))
    assert product != Product(1, 0, format=BYTE)
    assert product != Product(0, 1, format=Format(True, 9, 0))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [(BYTE, (-128, 127)), (Format(False, 8, 0), (0, 255)), (Format(True, 1, 0), (-1, 0))],
)
def test_the_range_is_that_of_the_format_unless_more_is_known(
    shape: Format, expected: tuple[int, int]
) -> None:
    assert Constant(0, format=shape).range == expected
    assert Constant(0, format=shape, bounds=(0, 0)).range == (0, 0)


def test_a_kind_without_a_row_is_named() -> None:
    @dataclass(frozen=True)
    class Rotate(Cell):
        operands = ("a",)
        a: int

    for function in (compute, delay, area, state):
        with pytest.raises(TypeError, match=rf"{function.__name__} has no row for Rotate"):
            require_rows(function, (*KINDS, Rotate), without=(Input, Constant, Copy))
        require_rows(function, KINDS, without=(Input, Constant, Copy))
    with pytest.raises(TypeError, match="state has no row for Input, Constant, Copy"):
        require_rows(state)


def test_every_kind_is_listed_once() -> None:
    assert len(set(KINDS)) == len(KINDS) == 19
    assert set(DSP_KINDS) <= set(KINDS)
