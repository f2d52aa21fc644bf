"""|a - b| as one cell, and the saturation of an address behind it."""

from __future__ import annotations

import numpy as np
import pytest
from alkaid.trace import FVariable

from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import improve
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Kind, Limit, Netlist
from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input
from fpgajet.rtl.trace.tracing import from_symbols
from tests.networks import t

KINDS = ("ap_fixed<8,8,AP_TRN,AP_WRAP>", "ap_ufixed<8,8,AP_TRN,AP_WRAP>")


def traced(kind: str) -> Netlist:
    """T[|x_i - x_j|] of three angles, the address saturated to 7 bits."""
    a = AlkaidArithmetic()
    x = symbolic_input((3,), t(kind))
    difference = a.take(x, np.array([0, 0, 1]), -1) - a.take(x, np.array([1, 2, 2]), -1)
    symbols: list[FVariable] = list(np.asarray(difference).ravel())
    distance = a._array([abs(symbol) for symbol in symbols], (3,))
    address = a.quantise("address", distance, t("ap_ufixed<7,7,AP_TRN,AP_SAT>"))
    table = a.lookup(a.constant(np.arange(128) ** 2 / 4), address)
    return from_symbols(x, [t(kind)] * len(np.asarray(x).ravel()), np.ravel(table), t("ap_ufixed<20,18>"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_distance_is_one_cell(kind: str) -> None:
    netlist, _ = improve(traced(kind), 320, RtlOptions())
    kinds = [cell.kind for cell in netlist.cells]
    assert kinds.count(Kind.DISTANCE) == 3
    assert not {Kind.SUM, Kind.NEGATE, Kind.MUX} & set(kinds)
    limits = [cell.data for cell in netlist.cells if cell.kind is Kind.LIMIT]
    assert limits == [(Limit.OVER,)] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_distance_is_exact(kind: str) -> None:
    fixed = t(kind)
    raw = np.random.default_rng(1).integers(fixed.lowest, fixed.highest + 1, (3000, 3))
    raw[:3] = [[fixed.lowest, fixed.highest, 0], [fixed.highest, fixed.lowest, 1], [0, 0, 0]]
    distance = np.abs(raw[:, [0, 0, 1]] - raw[:, [1, 2, 2]])
    netlist = traced(kind)
    for given in (netlist, improve(netlist, 320, RtlOptions())[0]):
        np.testing.assert_array_equal(evaluate(given, raw), np.minimum(distance, 127) ** 2)
