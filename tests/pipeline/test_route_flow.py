"""``fpgajet rtl --target`` and the targets for boards, with a program in the place of the router."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("alkaid")
pytest.importorskip("serial")

from fpgajet.devices.open_parts import boards, open_part
from fpgajet.errors import BadInput, BudgetMissed, Mismatch, ToolFailed
from fpgajet.export.board.simulation import SimulatedBoard
from fpgajet.files import write_text
from fpgajet.fixed import to_real
from fpgajet.graph.load import load, read_model
from fpgajet.pipeline import board_run, export_board, route_flow
from fpgajet.pipeline.board_run import run_board
from fpgajet.pipeline.export_board import BoardSettings
from fpgajet.pipeline.export_flow import Prepared
from fpgajet.pipeline.export_targets import TARGETS
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Silent
from fpgajet.pipeline.route_flow import RouteSettings, family_options, run_route
from fpgajet.rtl import RtlDesign, RtlOptions
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.route import families, routed
from tests.rtl.conftest import need, raw_jets, wanted
from tests.rtl.route.test_router import REPORT
from tests.rtl.small_model import small_model

Fake = Callable[[str, str], Path]


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch, fake_tool: Fake, tmp_path: Path) -> Path:
    """Notes every call in the file that it returns; the clock that it reports falls with the seed."""
    calls = tmp_path / "calls"
    text = json.dumps(REPORT)
    script = f"""#!{sys.executable}
import json, sys
seed = int(sys.argv[sys.argv.index("--seed") + 1])
open({str(calls)!r}, "a").write(f"{{seed}} ")
report = json.loads({text!r})
report["fmax"]["clk"]["achieved"] = 130.0 - 5 * seed
json.dump(report, open("report.json", "w"))
open("routed", "w").write("routed")
"""
    fake_tool("nextpnr-ecp5", script)
    monkeypatch.setitem(
        families.FAMILIES, "ecp5", replace(families.ECP5, module="fpgajet_has_no_such_package")
    )

    def synthesised(sources: object, top: str, part: object, folder: Path, timeout: object) -> dict[str, int]:
        for name in ("netlist.json", "synthesis.log"):
            write_text(folder / name, top)
        return {}

    for module in (routed, export_board):
        monkeypatch.setattr(module, "synthesise", synthesised)
    return calls


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
    monkeypatch.setattr(route_flow, "NetlistSimulation", Netlist)
    found = routed_with(build, 1)
    design = RtlDesign.read(build / "routed" / "ecp5-25k")
    network = load(read_model(build / "model.onnx"), "model.onnx")
    checked = route_flow.certified_netlist(network, design, found, Silent())
    content = json.loads((design.directory / "certificate.json").read_text())
    assert content["clean"] is True
    assert content["implementations"] == ["integer reference", "netlist of ecp5-25k"]
    assert content["events"]["real jets"] == 200
    edges = content["total_events"] - 200
    assert edges >= 300
    assert f"on 200 jets and {edges} edge vectors" in checked.row.evidence["latency_cycles"]
    monkeypatch.setattr(Netlist, "wrong", 1)
    with pytest.raises(Mismatch, match="netlist of ecp5-25k differs from the integer reference in"):
        route_flow.certified_netlist(network, design, found, Silent())
    assert json.loads((design.directory / "certificate.json").read_text())["clean"] is False


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


def prepared(build: Path) -> Prepared:
    network = load(read_model(build / "model.onnx"), "model.onnx")
    features = to_real(raw_jets(network, 40), network.input_type.fraction).astype(np.float32)
    return Prepared(BuildDirectory(build), network, "tagger_v1", features[:20], features[20:])


def test_a_board_is_exported_with_its_bitstream_and_runs(
    router: Path, build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("verilator", "g++")
    monkeypatch.setattr(export_board, "pack", lambda work, part, target: write_text(target, "bits"))
    compiled: list[SimulatedBoard] = []

    def once(*given: Any) -> SimulatedBoard:
        return compiled[0] if compiled else compiled.append(SimulatedBoard(*given)) or compiled[0]

    for module in (export_board, board_run):
        monkeypatch.setattr(module, "SimulatedBoard", once)
    given, folder = prepared(build), tmp_path / "export"
    made = export_board.export_board(given, folder, Silent(), "board-ulx3s", BoardSettings(bitstream=True))
    assert made.events == 40
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["seed"], manifest["fmax_mhz"], manifest["board"]) == (1, 125.0, "ulx3s")
    assert {"board.bit", "board.lpf", "route.log", "model.onnx", "verilog/tagger_v1_board.v"} <= set(
        manifest["files"]
    )
    assert 'LOCATE COMP "uart_rx" SITE "M1";' in (folder / "board.lpf").read_text()
    assert not (tmp_path / "export-route").exists()
    monkeypatch.setattr(board_run, "sample_events", lambda network, count: given.jets)
    found = run_board(folder, "simulation")
    assert (found.jets, found.differences, found.tally.repeated) == (20, 0, 0)
    assert found.jets_per_second > 0
    # The host finds a board that computes something else.
    monkeypatch.setattr(
        board_run, "reference_of", lambda network, raw: np.zeros((len(raw), 1), dtype=np.int64)
    )
    monkeypatch.setattr(
        board_run, "answered", lambda facts, port, raw, *_: (np.ones((len(raw), 1)), found.tally)
    )
    assert run_board(folder, "/dev/null").differences == 20


def test_a_board_that_is_too_slow_keeps_its_logs(
    router: Path, build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("verilator", "g++")
    monkeypatch.setattr(export_board, "SimulatedBoard", lambda *_: pytest.skip("not reached"))
    package = type(
        "Package", (), {"folder": tmp_path, "constraints": "board.lpf", "sources": [], "top": "t"}
    )()
    write_text(tmp_path / "board.lpf", "")
    fast = next(b for b in boards() if b.name == "ulx3s").model_copy(update={"clock_mhz": 128.0})
    with pytest.raises(BudgetMissed, match=r"no seed of 5 reaches the 128 MHz"):
        export_board._bitstream(package, fast, 60.0, tmp_path / "out", Silent())
    assert router.read_text() == "1 2 3 4 5 "
    assert (tmp_path / "out-route" / "seed-5.log").is_file()


def test_scores_that_differ_stop_an_export() -> None:
    with pytest.raises(Mismatch, match="in 1 of 2 events, first in event 1"):
        board_run.compare_scores(np.array([[1], [2]]), np.array([[1], [3]]), "it")


def test_every_board_is_a_target() -> None:
    assert {f"board-{row.name}" for row in boards()} <= set(TARGETS)
    for row in boards():
        assert open_part(row.part)
        assert {"clk", "reset", "uart_rx", "uart_tx", "led[0]", "led[1]"} == set(row.pins)
        assert abs(1e6 * row.clock_mhz / row.divider - row.baud) < 1


def test_a_port_that_is_none(build: Path) -> None:
    facts = type("Facts", (), {"jet_formats": (Format(False, 8, 0),), "jet_bytes": 1, "baud": 1_000_000})()
    with pytest.raises((BadInput, ToolFailed), match="cannot be used"):
        board_run.answered(facts, str(build / "no-port"), np.zeros((1, 1), dtype=np.int64))


def test_ending_ends_the_router(fake_tool: Fake, build: Path, tmp_path: Path) -> None:
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
