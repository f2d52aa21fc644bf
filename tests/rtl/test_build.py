"""The whole flow: a difference is an error."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgajet.errors import Mismatch
from fpgajet.ops.network import Network
from fpgajet.rtl import VerilogSimulation
from fpgajet.rtl.tools.simulation import Clocked
from tests.rtl.conftest import raw_jets

build = import_module("fpgajet.rtl.build")  # the package has a function of that name


def test_build_raises_on_a_difference(
    network: Network, simulation: VerilogSimulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "VerilogSimulation", lambda design: simulation)
    stream = simulation.stream

    def wrong(
        raw: NDArray[np.int64], resets: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.intp], Clocked]:
        came, shown = stream(raw, resets)
        return came, replace(shown, scores=shown.scores + (resets is not None))

    monkeypatch.setattr(simulation, "stream", wrong)
    with pytest.raises(Mismatch, match=r"\d+ of 50 jets"):
        build.build(network, tmp_path, 320, "xcvu9p", synth=False, jets=raw_jets(network, 50))
