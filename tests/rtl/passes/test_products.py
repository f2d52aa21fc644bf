"""Products: half as many, in look-up tables, or added up inside the DSP blocks; no bit changes."""

from __future__ import annotations

import pytest

from fpgajet.rtl import RtlOptions, trace_network
from fpgajet.rtl.ir.cells import DSP_KINDS, Sum
from fpgajet.rtl.ir.netlist import Netlist
from tests.networks import random_network
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
