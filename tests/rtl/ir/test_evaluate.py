"""The meaning of single cells, by values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.rtl.ir.cell import Cell, Control, Format, Raw, Role, Term
from fpgajet.rtl.ir.cells import (
    AllBits,
    And,
    AnyBit,
    Copy,
    Distance,
    Input,
    Limit,
    Mac,
    Mux,
    Negate,
    Not,
    Or,
    Product,
    Relu,
    Sum,
    Table,
    Trim,
    Xor,
)
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Netlist

BYTE, WORD, BIT, HALVES = Format(True, 8, 0), Format(True, 16, 0), Format(False, 1, 0), Format(True, 8, 1)

CASES: list[tuple[Cell, list[int], int]] = [
    (Sum((Term(0, 1, 1), Term(1, 0, -1)), Raw(3, 1), format=HALVES), [5, 4, 0], 15),  # 10 - 4 + 1.5
    (Sum((Term(0, -1, 1),), format=BYTE), [5, 0, 0], 2),
    (Negate(0, format=BYTE), [-128, 0, 0], -128),
    (Trim(0, -1, format=BYTE), [-5, 0, 0], -3),
    (Trim(0, format=Format(False, 3, 0)), [-5, 0, 0], 3),
    (Relu(0, format=HALVES), [-3, 0, 0], 0),
    (Relu(0, format=HALVES), [3, 0, 0], 6),
    (Table(2, 0, format=BYTE), [0, 0, 1], 9),
    (Not(0, format=BYTE), [5, 0, 0], -6),
    (AnyBit(0, format=BIT), [4, 0, 0], 1),
    (AnyBit(0, format=BIT), [0, 1, 1], 0),
    (AllBits(0, format=BIT), [-1, 0, 0], 1),
    (AllBits(0, format=BIT), [127, 0, 0], 0),
    (Copy(0, 2, format=BYTE), [-7, 0, 0], -7),
    (Mux(0, 1, 2, 1, format=BYTE), [3, 5, 1], 3),
    (Mux(0, 1, 2, 1, format=BYTE), [3, 5, 0], 10),
    (And(0, 1, 1, format=BYTE), [6, 3, 0], 6),
    (Or(0, 1, 1, format=BYTE), [1, 2, 0], 5),
    (Xor(0, 1, format=BYTE), [5, 3, 0], 6),
    (Product(0, 1, format=WORD), [-128, -128, 0], 16384),
    (Distance(0, 1, format=Format(False, 8, 0)), [-100, 100, 0], 200),
    (Mac(0, 1, None, 0, -1, None, Term(2, 1, 1), format=WORD), [3, 4, 1], -14),  # -(3 * 4 + 2)
    (Mac(0, 1, 2, -1, 1, Term(1, 0, 1), None, format=WORD), [3, 4, 1], 12),  # 4 + (3 - 1) * 4
    (Limit(0, (Control(2, Role.OVER),), format=BYTE), [3, 0, 1], -1),
    (Limit(0, (Control(2, Role.GATE),), format=BYTE), [3, 0, 0], 0),
    (Limit(0, (Control(2, Role.KILL),), format=BYTE), [3, 0, 0], 3),
    (Limit(0, (Control(2, Role.KILL),), format=BYTE), [3, 0, 1], 0),
]


@pytest.mark.parametrize(("cell", "raw", "expected"), CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_one_cell(cell: Cell, raw: list[int], expected: int) -> None:
    formats = (BYTE, BYTE, BIT)
    inputs = [Input(index, format=shape) for index, shape in enumerate(formats)]
    netlist = Netlist((*inputs, cell), formats, (3,), tables=((7, 9),))
    np.testing.assert_array_equal(evaluate(netlist, np.array([raw])), [[expected]])
