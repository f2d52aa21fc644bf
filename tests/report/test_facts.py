"""Stages and operators: plain data for a report from networks and estimates."""

from __future__ import annotations

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.report import operators_of, stages_of
from tests.networks import random_network


def test_stages_and_operators() -> None:
    network = random_network(4)
    stages = stages_of(network)
    assert [s["stage"] for s in stages] == ["momenta", "mask", "dots", "pairs", "score"]
    assert stages[3]["inputs"] == ["dots", "mask"]
    assert stages[3]["shape"] == [4, 4, 2]
    assert stages[3]["tensors"].keys() == {"weight", "bias", "diagonal_bias"}
    rows = operators_of(estimate(network, part("xcvu9p"), 200))
    assert [r["name"] for r in rows] == ["mask", "dots", "pairs", "score"]
