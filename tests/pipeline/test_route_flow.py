"""``fpgajet rtl --target`` and the targets for boards, with a program in the place of the router."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("alkaid")
pytest.importorskip("serial")

from fpgajet.devices.delays import delays_of
from fpgajet.devices.open_parts import open_part
from fpgajet.errors import BadInput, BudgetMissed, Mismatch, ToolFailed
from fpgajet.graph.load import load, read_model
from fpgajet.pipeline import board_run, route_flow
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Silent
from fpgajet.pipeline.route_flow import RouteSettings, family_options, run_route
from fpgajet.rtl import RtlDesign, RtlOptions
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.route import routed
from fpgajet.rtl.schedule.pipeline import least_period
from tests.networks import LOG, random_network
from tests.rtl.conftest import wanted
from tests.rtl.small_model import small_model


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return small_model(tmp_path)


def routed_with(build: Path, seeds: int, ii: int = 1) -> routed.Routed:
    return run_route(
        build, "ecp5-25k", clock_mhz=50.0, options=RtlOptions(ii=ii), jets=0, settings=RouteSettings(seeds)
    )


def test_seeds_are_routed_once_and_their_spread_is_in_the_row(router: Path, build: Path) -> None:
    found = routed_with(build, 2)
    assert router.read_text() == "1 2 "
    row = found.row
    assert (row.level, row.part, row.clock_mhz, row.lut, row.dsp) == ("routed", "ecp5-25k", 50.0, 70, 3)
    assert row.intervals["period_ns"] == (8.0, 8.333)
    assert row.latency_ns == pytest.approx(row.latency_cycles * row.period_ns, abs=0.05)
    assert "median of 2 seeds" in row.evidence["period_ns"]
    assert "multiplier" in row.evidence["period_ns"]
    folder = build / "routed" / "ecp5-25k"
    assert json.loads((folder / "routed.json").read_text())["row"]["lut"] == 70
    assert routed_with(build, 3).row.intervals["period_ns"] == (8.0, 8.696)
    assert router.read_text() == "1 2 3 "
    (folder / "runs.json").write_text("{")  # damaged: done again
    routed_with(build, 1)
    assert router.read_text() == "1 2 3 1 "
    routed_with(build, 1, ii=2)  # another design
    assert router.read_text() == "1 2 3 1 1 "


class Netlist:
    """In the place of a simulated netlist: the reference's scores, ``wrong`` of the jets one off."""

    wrong = 0

    def __init__(self, design: RtlDesign) -> None:
        self.network = load(read_model(design.directory.parents[1] / "model.onnx"), "model.onnx")

    def scores(self, raw: np.ndarray) -> np.ndarray:
        found = wanted(self.network, raw).copy()
        found[: self.wrong] += 1
        return found


def test_the_netlist_has_a_certificate(router: Path, build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpgajet.rtl.route.simulation.NetlistSimulation", Netlist)
    found, directory = routed_with(build, 1), BuildDirectory(build)
    written = build / "routed" / "ecp5-25k" / "certificate.json"
    checked = route_flow.certified_netlist(directory, found, Silent())
    content = json.loads(written.read_text())
    assert content["clean"] is True
    # One more implementation beside those that execute the model.
    compared = ["integer reference", "onnxruntime", "qonnx", "netlist of ecp5-25k"]
    assert content["implementations"] == compared
    assert content["events"]["real jets"] == 200
    edges = content["total_events"] - 200
    assert edges >= 300
    assert f"on 200 jets and {edges} edge vectors" in checked.row.evidence["latency_cycles"]
    monkeypatch.setattr(Netlist, "wrong", 1)
    with pytest.raises(Mismatch, match="netlist of ecp5-25k differs from the integer reference in"):
        route_flow.certified_netlist(directory, found, Silent())
    content = json.loads(written.read_text())
    assert (content["clean"], content["differences"]["netlist of ecp5-25k"] > 0) == (False, True)
    assert content["differences"]["qonnx"] == 0
    (build / "routed" / "ecp5-25k" / "netlist.v").unlink()
    with pytest.raises(ToolFailed, match="no netlist of cells"):
        route_flow.certified_netlist(directory, found, Silent())


def test_what_cannot_be_routed(router: Path, build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="no open tool routes for 'xcvu9p'"):
        run_route(build, "xcvu9p", clock_mhz=None, options=RtlOptions(), jets=0)
    with pytest.raises(BadInput, match="leave --language away"):
        run_route(build, "ecp5-25k", clock_mhz=None, options=RtlOptions(language="vhdl"), jets=0)
    tiny = open_part("ecp5-25k").model_copy(update={"ff": 10})
    monkeypatch.setattr(route_flow, "open_part", lambda name: tiny)
    with pytest.raises(BudgetMissed, match="flip-flops of 10"):
        routed_with(build, 1)
    assert not router.exists()


def test_products_beyond_the_multipliers_go_to_tables() -> None:
    part = open_part("ecp5-25k")
    assert family_options(RtlOptions(ii=3), part).max_dsp == 3 * part.dsp
    assert family_options(RtlOptions(max_dsp=5), part).max_dsp == 5


def test_a_port_that_is_none(build: Path) -> None:
    facts = type("Facts", (), {"jet_formats": (Format(False, 8, 0),), "jet_bytes": 1, "baud": 1_000_000})()
    with pytest.raises((BadInput, ToolFailed), match="cannot be used"):
        board_run.answered(facts, str(build / "no-port"), np.zeros((1, 1), dtype=np.int64))


def test_ending_ends_the_router(fake_tool: Callable[[str, str], Path], build: Path, tmp_path: Path) -> None:
    """Ctrl-C while the router runs: exit code 130, and the router is gone."""
    fake_tool("nextpnr-ecp5", f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    code = (
        "import dataclasses, os, signal, sys, threading, time; from pathlib import Path; from fpgajet import signals; "
        "signals.install(); from fpgajet.devices.open_parts import open_part; "
        "from fpgajet.rtl.route import families, router; "
        "families.FAMILIES['ecp5'] = dataclasses.replace(families.ECP5, module='fpgajet_has_no_such_package')\n"
        "def end():\n"
        f"    while not Path('{tmp_path}/pid').is_file(): time.sleep(0.05)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "threading.Thread(target=end).start()\n"
        "try: router.route(Path('.'), open_part('ecp5-25k'), 1, 50.0, None)\n"
        "except KeyboardInterrupt: sys.exit(signals.exit_code())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 143, done.stderr
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists() or "sleep" not in Path(f"/proc/{pid}/cmdline").read_text()


def test_the_default_clock_is_near_the_fastest_that_the_slowest_cell_allows() -> None:
    """Of ECP5: a network without products gets a faster one. Registers can be placed for it."""
    part = open_part("ecp5-25k")
    clocks = []
    for form in (None, LOG):
        network = random_network(n=2, hidden=1, **({"form": form} if form else {}))
        clock = route_flow.default_clock(network, part, RtlOptions())
        circuit = route_flow.target_circuit(network, part, clock, RtlOptions())
        least = least_period(circuit.netlist, circuit.schedule.sharing, delays_of("ecp5"))
        assert least <= circuit.schedule.longest_ns <= 1000 / clock < 1.12 * least
        clocks.append(clock)
    assert clocks[0] < clocks[1]
    assert route_flow.default_clock(network, open_part("gowin-20k"), RtlOptions()) == 60.0
