"""Products: half as many, in look-up tables, or added up inside the DSP blocks; no bit changes."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.rtl import RtlOptions, trace_network
from fpgajet.rtl.ir.cells import DSP_KINDS, Mac, Sum
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.passes.macs import accumulate_in_dsp
from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input
from fpgajet.rtl.trace.tracing import from_symbols
from tests.networks import random_network, t
from tests.rtl.conftest import assert_exact, raw_jets


def products(netlist: Netlist) -> int:
    return sum(isinstance(cell, DSP_KINDS) for cell in netlist.cells)


@pytest.mark.parametrize("multipliers", ["lut", "auto"])
def test_products_in_look_up_tables(multipliers: str) -> None:
    network = random_network(n=2, hidden=2, beams=1, rounding="AP_RND", seed=5)
    netlist = trace_network(network, 320, RtlOptions(multipliers=multipliers))
    assert_exact(netlist, network, raw_jets(network, 1500))
    assert (products(netlist) == 0) is (multipliers == "lut")


def test_no_more_dsp_than_wanted() -> None:
    network = random_network(n=4, hidden=1, rounding="AP_TRN", seed=4)
    netlist = trace_network(network, 320, RtlOptions(max_dsp=20))
    assert_exact(netlist, network, raw_jets(network, 500))
    assert products(netlist) == 20


def test_winograd_halves_the_products() -> None:
    network = random_network(n=8, hidden=1)
    pairs = 8 * 9 // 2
    assert products(trace_network(network, 320, RtlOptions(winograd=False))) == 4 * pairs
    # Two per pair, and E px and py pz once per constituent.
    assert products(trace_network(network, 320, RtlOptions(winograd=True))) == 2 * pairs + 2 * 8


def test_accumulation_leaves_no_adder_behind_products() -> None:
    netlist = trace_network(random_network(n=4, hidden=1), 320, RtlOptions(winograd=False))
    users = netlist.uses()
    for number, cell in enumerate(netlist.cells):
        if isinstance(cell, DSP_KINDS):
            assert not any(isinstance(netlist.cells[user], Sum) for user in users[number])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_or_difference_that_only_a_product_reads_goes_into_the_pre_adder(sign: int) -> None:
    """(x0 +- x1) x2 + x3 is one DSP block, without an adder before it."""
    a, kind, wide = AlkaidArithmetic(), t("ap_fixed<8,8>"), t("ap_fixed<18,18>")
    x0, x1, x2, x3 = (a.take(x, k, -1) for x in [symbolic_input((4,), kind)] for k in range(4))
    y = (x0 + x1 if sign > 0 else x0 - x1) * x2 + x3
    symbols = a.concat([a.expand(value, -1) for value in (x0, x1, x2, x3)], -1)
    netlist = accumulate_in_dsp(from_symbols(symbols, [kind] * 4, np.ravel(y), wide)).pruned()
    blocks = [cell for cell in netlist.cells if isinstance(cell, Mac)]
    assert [cell.pre for cell in blocks] == [sign]
    assert not any(isinstance(cell, Sum) for cell in netlist.cells)
    raw = np.random.default_rng(1).integers(-128, 128, (1000, 4))
    expected = (raw[:, 0] + sign * raw[:, 1]) * raw[:, 2] + raw[:, 3]
    np.testing.assert_array_equal(evaluate(netlist, raw)[:, 0], expected)


def test_bounds_of_an_accumulation_are_those_of_its_summands() -> None:
    """x0 x1 + x2 of 8, 8 and 2 fraction bits, and - x0 x1 + x2: the ends of the summands, at one binary point."""
    for sign in (1, -1):
        a, fine, coarse = AlkaidArithmetic(), t("ap_fixed<6,2>"), t("ap_fixed<7,5>")
        x, z = symbolic_input((2,), fine), symbolic_input((1,), coarse)
        squares = a.take(x, 0, -1) * a.take(x, 1, -1)
        y = a.take(z, 0, -1) + squares if sign > 0 else a.take(z, 0, -1) - squares
        kinds = [fine, fine, coarse]
        netlist = accumulate_in_dsp(
            from_symbols(a.concat([x, z], -1), kinds, np.ravel(y), t("ap_fixed<20,10>"))
        )
        (block,) = (cell for cell in netlist.cells if isinstance(cell, Mac))
        ends = sorted(sign * end for end in (-32 * 31, 32 * 32))  # at 8 fraction bits
        assert block.range == (ends[0] - (64 << 6), ends[1] + (63 << 6))
