"""The whole flow: a difference is an error."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from fpgajet.errors import Mismatch
from fpgajet.ops.network import Network
from fpgajet.rtl import VerilogSimulation
from tests.rtl.conftest import raw_jets, wanted

build = import_module("fpgajet.rtl.build")  # the package has a function of that name


def test_build_raises_on_a_difference(
    network: Network, simulation: VerilogSimulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "VerilogSimulation", lambda design: simulation)
    outcome = simulation.outcome
    monkeypatch.setattr(
        simulation, "outcome", lambda raw: replace(outcome(raw), scores=wanted(network, raw) + 1)
    )
    with pytest.raises(Mismatch, match="50 of 50 jets"):
        build.build(network, tmp_path, 320, "xcvu9p", synth=False, jets=raw_jets(network, 50))
