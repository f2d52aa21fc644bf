"""A message-passing network as Verilog, simulated clock by clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.rtl import RtlOptions, Simulation, VerilogSimulation, emit
from tests.rtl.conftest import raw_jets, wanted
from tests.vecnets import random_vecnet


@pytest.mark.parametrize("ii", [1, 3])
def test_a_vecnet_scores_a_new_jet_every_interval(simulation: Simulation, tmp_path: Path, ii: int) -> None:
    """``simulation`` only asks for the tools: it skips where they are missing."""
    network = random_vecnet(n=3, hidden=0, knn=1)
    raw = raw_jets(network, 2000)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 50
    design = emit(network, tmp_path, 320, "xcvu9p", RtlOptions(ii=ii))
    assert design.ii == ii
    scores = VerilogSimulation(design).scores(raw)
    np.testing.assert_array_equal(scores, expected)
