"""Stages: plain data for a report from a network."""

from __future__ import annotations

from fpgajet.report import stages_of
from tests.networks import random_network


def test_stages() -> None:
    network = random_network(4)
    stages = stages_of(network)
    assert [s["stage"] for s in stages] == ["momenta", "mask", "dots", "pairs", "score"]
    assert stages[3]["inputs"] == ["dots", "mask"]
    assert stages[3]["shape"] == [4, 4, 2]
    assert stages[3]["tensors"].keys() == {"weight", "bias", "diagonal_bias"}
