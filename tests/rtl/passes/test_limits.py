"""Saturation, ReLU and masks as one cell per value."""

from __future__ import annotations

from fpgajet.rtl import trace_network
from fpgajet.rtl.ir.cell import Role
from fpgajet.rtl.ir.cells import Limit
from tests.networks import random_network, symmetric


def test_symmetric_weights_need_one_value_per_pair() -> None:
    n, hidden = 6, 2
    network = random_network(n, hidden, rounding="AP_TRN")
    limited = [
        [
            cell
            for cell in trace_network(given, 320).cells
            if isinstance(cell, Limit) and len(cell.controls) == 3
        ]
        for given in (network, symmetric(network))
    ]
    assert [len(cells) for cells in limited] == [hidden * n * n, hidden * n * (n + 1) // 2]
    # Overflow, both masks as one, sign: at most three control signals.
    roles = {tuple(control.role for control in cell.controls) for cell in limited[1]}
    assert roles == {(Role.OVER, Role.GATE, Role.KILL)}
