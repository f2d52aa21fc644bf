"""Weights in registers: the Verilog for any weights of their types, a new set with every jet."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fpgajet.graph.classifiers import with_classifiers
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.ops.registers import register_types, register_values, with_values
from fpgajet.rtl import RtlDesign, RtlOptions, VerilogSimulation, compare, emit
from fpgajet.rtl.design import wrappers
from fpgajet.rtl.tools.installed import verilator_root
from fpgajet.rtl.tools.scratch import run_tool
from fpgajet.rtl.write.classifiers import WRAPPERS
from tests.rewritable_network import rewritable_network
from tests.rtl.conftest import need, raw_jets
from tests.vecnets import random_events

JETS = 500


@pytest.fixture(scope="module")
def network() -> Network:
    return rewritable_network()


@pytest.fixture(scope="module")
def design(network: Network, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    return emit(network, tmp_path_factory.mktemp("rtl"), 320, "xcvu9p", RtlOptions(ii=2))


def test_every_jet_has_weights_of_its_own(network: Network, design: RtlDesign) -> None:
    need("verilator", "g++")
    simulation, types, rng = VerilogSimulation(design), register_types(network), np.random.default_rng(4)
    raw = raw_jets(network, JETS)
    weights = np.stack([rng.integers(t.lowest, t.highest + 1, JETS) for t in types], axis=1)
    ends = np.array([[t.lowest for t in types], [t.highest for t in types]])
    weights[::5] = np.where(rng.random((len(weights[::5]), len(types))) < 0.5, *ends)
    rows = np.concatenate([raw.reshape(JETS, -1), weights], axis=1)
    expected = [
        with_values(network, row).reference(FixedArray(jet[None], network.input_type.fraction))["score"].raw
        for jet, row in zip(raw, weights, strict=True)
    ]
    assert len(np.unique(expected)) > 100
    np.testing.assert_array_equal(simulation.scores(rows), np.concatenate(expected))
    assert compare(network, simulation, raw) == 0
    other = with_values(network, weights[0])
    assert compare(other, simulation, raw) == 0
    assert compare(network, VerilogSimulationWithout(simulation, register_values(other)), raw) > 0


class VerilogSimulationWithout:
    """The same design with weights that the caller did not ask for."""

    def __init__(self, simulation: VerilogSimulation, values: np.ndarray) -> None:
        self.simulation, self.values, self.design = simulation, values, simulation.design

    def outcome(self, rows: np.ndarray) -> object:
        return self.simulation.outcome(self._changed(rows))

    def stream(self, rows: np.ndarray, resets: np.ndarray) -> object:
        return self.simulation.stream(self._changed(rows), resets)

    def _changed(self, rows: np.ndarray) -> np.ndarray:
        changed = rows.copy()
        changed[:, -len(self.values) :] = self.values
        return changed


def test_the_map_of_signals_names_registers(design: RtlDesign) -> None:
    lines = (design.directory / "signals.csv").read_text().splitlines()
    assert [line.split(",", 5)[5] for line in lines if ",register," in line] == [
        "register,,score.bias[0],is,", 'register,,"score.weight[0,1]",is,', 'register,,"score.weight[0,0]",is,'
    ]  # fmt: skip


def test_wrappers_are_verilog_without_warnings(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    need("verilator")
    root = verilator_root()
    assert root is not None
    several = with_classifiers({"a": random_events(), "b": random_events()})
    other = emit(several, tmp_path / "several", 320, "xcvu9p")
    assert {path.name for path in (other.directory / WRAPPERS).iterdir()} == {"fpgajet_classifiers.v"}
    text = (other.directory / WRAPPERS / "fpgajet_classifiers.v").read_text()
    assert re.findall(r"assign (\w+) = score\[(\d+):(\d+)\]", text) == [
        ("score_a", "15", "0"), ("score_b", "31", "16")
    ]  # fmt: skip
    names = {path.name for path in (design.directory / WRAPPERS).iterdir()}
    assert names == {"fpgajet_weights.v", "fpgajet_weights_axi_lite.v"} == set(wrappers(network, design))
    for made, top in ((design, "fpgajet_weights_axi_lite"), (other, "fpgajet_classifiers")):
        sources = [made.directory / name for name in made.sources]
        sources += sorted((made.directory / WRAPPERS).glob("*.v"))
        command = [str(root / "bin" / "verilator_bin"), "--lint-only", "-Wall", "-Wno-DECLFILENAME"]
        command += ["--top-module", top, *map(str, sources)]
        run_tool(command, tmp_path, "lint-", "the wrapper", env={"VERILATOR_ROOT": str(root)})
