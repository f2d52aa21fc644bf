"""A message-passing network as Verilog, simulated clock by clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.rtl import RtlOptions, Simulation, VerilogSimulation, emit
from tests.feature_model import feature_network
from tests.rtl.conftest import raw_jets, wanted
from tests.vecnets import random_events, random_maxima, random_vecnet

NETWORKS = {
    "vecnet": random_vecnet(n=3, hidden=0, knn=1),
    "maxima": random_maxima(n=5),
    "events": random_events(),
}


@pytest.mark.parametrize(
    ("name", "ii"), [("vecnet", 1), ("vecnet", 3), ("maxima", 3), ("events", 2), ("features", 1)]
)
def test_a_new_jet_every_ii_clocks(simulation: Simulation, tmp_path: Path, name: str, ii: int) -> None:
    """``simulation`` only asks for the tools: it skips where they are missing."""
    network = feature_network() if name == "features" else NETWORKS[name]
    raw = raw_jets(network, 2000)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 30
    design = emit(network, tmp_path, 320, "xcvu9p", RtlOptions(ii=ii))
    assert design.ii == ii
    scores = VerilogSimulation(design).scores(raw)
    np.testing.assert_array_equal(scores, expected)
