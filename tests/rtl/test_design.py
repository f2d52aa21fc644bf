"""Every option of the circuit leaves every bit of the score."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions, trace_network
from fpgajet.rtl.ir.cell import Raw
from fpgajet.rtl.ir.cells import Sum
from fpgajet.rtl.ir.evaluate import evaluate
from tests.networks import random_network, scaled, symmetric
from tests.rtl.conftest import assert_exact, raw_jets, wanted

NETWORKS = {
    "half even": random_network(n=3, hidden=2),
    "floor": random_network(n=4, hidden=1, rounding="AP_TRN", seed=4),
    "symmetric": symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", seed=6)),
    "weights over n": scaled(random_network(n=3, hidden=2, rounding="AP_TRN", seed=7)),
    "half up, beams, classes": random_network(n=2, hidden=2, beams=1, rounding="AP_RND", seed=5, outputs=3),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_all_options_are_exact(network: Network) -> None:
    raw = raw_jets(network, 1500)
    for share, winograd, ternary in itertools.product((False, True), repeat=3):
        options = RtlOptions(
            share=share,
            merge=share ^ winograd,
            winograd=winograd,
            accumulate=winograd ^ ternary,
            ternary=ternary,
        )
        netlist = trace_network(network, 320, options)
        assert_exact(netlist, network, raw, str(options))
        largest = max(len(cell.terms) for cell in netlist.cells if isinstance(cell, Sum))
        assert largest <= (3 if ternary else 2)


def test_a_changed_constant_is_seen() -> None:
    network = NETWORKS["floor"]
    raw, netlist = raw_jets(network, 500), trace_network(network, 320)
    number, cell = [(n, cell) for n, cell in enumerate(netlist.cells) if isinstance(cell, Sum)][-1]
    changed = replace(cell, constant=Raw(cell.constant.value + 1, cell.format.fraction))
    cells = (*netlist.cells[:number], changed, *netlist.cells[number + 1 :])
    broken = replace(netlist, cells=cells)
    assert (evaluate(broken, raw.reshape(len(raw), -1)) != wanted(network, raw)).any()
