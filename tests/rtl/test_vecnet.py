"""A message-passing network as Verilog, simulated clock by clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgajet.rtl import Simulation, emit
from tests.rtl.conftest import raw_jets, wanted
from tests.vecnets import random_vecnet


def test_a_vecnet_scores_a_new_jet_every_clock(simulation: Simulation, tmp_path: Path) -> None:
    """``simulation`` only asks for the tools: it skips where they are missing."""
    network = random_vecnet(n=3, hidden=0, knn=1)
    raw = raw_jets(network, 2000)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 50
    scores = Simulation(emit(network, tmp_path, 320, "xcvu9p")).scores(raw)
    np.testing.assert_array_equal(scores, expected)
