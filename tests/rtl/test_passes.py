"""Every rewriting of the circuit leaves every bit of the score; what each one is for is counted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions, trace
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Kind, Limit, Netlist
from fpgajet.rtl.passes.linear import signed_digits
from tests.networks import random_network, scaled, symmetric
from tests.rtl.conftest import raw_jets, wanted

NETWORKS = {
    "half even": random_network(n=3, hidden=2),
    "floor": random_network(n=4, hidden=1, rounding="AP_TRN", seed=4),
    "symmetric": symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", seed=6)),
    "weights over n": scaled(random_network(n=3, hidden=2, rounding="AP_TRN", seed=7)),
    "half up, beams": random_network(n=2, hidden=2, beams=1, rounding="AP_RND", seed=5),
}


def count(netlist: Netlist, *kinds: Kind) -> int:
    return sum(cell.kind in kinds for cell in netlist.cells)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_all_options_are_exact(network: Network) -> None:
    raw = raw_jets(network, 1500)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 20
    for switches in itertools.product((False, True), repeat=3):
        share, winograd, ternary = switches
        options = RtlOptions(
            share=share,
            merge=share ^ winograd,
            winograd=winograd,
            accumulate=winograd ^ ternary,
            ternary=ternary,
        )
        netlist = trace(network, 320, options)
        got = evaluate(netlist, raw.reshape(len(raw), -1))
        np.testing.assert_array_equal(got, expected, err_msg=str(options))
        largest = max(len(cell.args) for cell in netlist.cells if cell.kind is Kind.SUM)
        assert largest <= (3 if ternary else 2)


@pytest.mark.parametrize("multipliers", ["lut", "auto"])
def test_products_in_look_up_tables(multipliers: str) -> None:
    network = NETWORKS["half up, beams"]
    raw = raw_jets(network, 1500)
    netlist = trace(network, 320, RtlOptions(multipliers=multipliers))
    np.testing.assert_array_equal(evaluate(netlist, raw.reshape(len(raw), -1)), wanted(network, raw))
    assert (count(netlist, Kind.PRODUCT, Kind.MAC) == 0) is (multipliers == "lut")


def test_no_more_dsp_than_wanted() -> None:
    network = NETWORKS["floor"]
    raw = raw_jets(network, 500)
    netlist = trace(network, 320, RtlOptions(max_dsp=20))
    np.testing.assert_array_equal(evaluate(netlist, raw.reshape(len(raw), -1)), wanted(network, raw))
    assert count(netlist, Kind.PRODUCT, Kind.MAC) == 20


def test_a_changed_constant_is_seen() -> None:
    network = NETWORKS["floor"]
    raw, netlist = raw_jets(network, 500), trace(network, 320)
    number = max(n for n, cell in enumerate(netlist.cells) if cell.kind is Kind.SUM)
    cell = netlist.cells[number]
    data = (*cell.data[:-2], cell.data[-2] + 1, cell.format.fraction)
    cells = (*netlist.cells[:number], cell._replace(data=data), *netlist.cells[number + 1 :])
    broken = Netlist(cells, netlist.inputs, netlist.outputs, netlist.tables)
    assert (evaluate(broken, raw.reshape(len(raw), -1)) != wanted(network, raw)).any()


def test_winograd_halves_the_products() -> None:
    network = random_network(n=8, hidden=1)
    pairs = 8 * 9 // 2
    kinds = (Kind.PRODUCT, Kind.MAC)
    assert count(trace(network, 320, RtlOptions(winograd=False)), *kinds) == 4 * pairs
    # two a pair, and E px and py pz once a constituent
    assert count(trace(network, 320, RtlOptions(winograd=True)), *kinds) == 2 * pairs + 2 * 8


def test_accumulation_leaves_no_adder_behind_products() -> None:
    netlist = trace(random_network(n=4, hidden=1), 320, RtlOptions(winograd=False))
    users = netlist.uses()
    for number, cell in enumerate(netlist.cells):
        if cell.kind in (Kind.PRODUCT, Kind.MAC):
            assert all(netlist.cells[user].kind is not Kind.SUM for user in users[number])


def test_symmetric_weights_need_one_value_a_pair() -> None:
    n, hidden = 6, 2
    network = random_network(n, hidden, rounding="AP_TRN")
    limited = [
        [cell for cell in trace(given, 320).cells if cell.kind is Kind.LIMIT and len(cell.args) == 4]
        for given in (network, symmetric(network))
    ]
    assert [len(cells) for cells in limited] == [hidden * n * n, hidden * n * (n + 1) // 2]
    # overflow, both masks as one, sign: at most three control signals
    assert all(cell.data == (Limit.OVER, Limit.GATE, Limit.KILL) for cell in limited[1])


def test_signed_digits_are_few_and_add_up() -> None:
    for number in range(-300, 300):
        digits = signed_digits(number)
        assert sum(sign << place for place, sign in digits) == number
        assert all(later - place > 1 for (place, _), (later, _) in itertools.pairwise(digits))
