"""The targets for boards, and the one command from a model to a bitstream, with a program in place of the router."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
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
from fpgajet.pipeline import board_build, board_routing, board_run, export_board
from fpgajet.pipeline.board_routing import Routing
from fpgajet.pipeline.board_run import run_board
from fpgajet.pipeline.export_board import BoardSettings
from fpgajet.pipeline.export_flow import Prepared
from fpgajet.pipeline.export_targets import TARGETS
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Silent
from tests.rtl.conftest import need, raw_jets
from tests.rtl.small_model import small_model


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return small_model(tmp_path)


def prepared(build: Path) -> Prepared:
    network = load(read_model(build / "model.onnx"), "model.onnx")
    features = to_real(raw_jets(network, 40), network.input_type.fraction).astype(np.float32)
    return Prepared(BuildDirectory(build), network, "tagger_v1", features[:20], features[20:])


def test_a_board_is_exported_with_its_bitstream_and_runs(
    router: Path, build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("verilator", "g++")
    monkeypatch.setattr(board_routing, "pack", lambda work, part, target: write_text(target, "bits"))
    compiled: list[SimulatedBoard] = []

    def once(*given: Any) -> SimulatedBoard:
        return compiled[0] if compiled else compiled.append(SimulatedBoard(*given)) or compiled[0]

    for module in (export_board, board_run):
        monkeypatch.setattr(module, "SimulatedBoard", once)
    given, folder = prepared(build), build / "export" / "tagger_v1-board-ulx3s"
    made = export_board.export_board(given, folder, Silent(), "board-ulx3s", BoardSettings(bitstream=True))
    assert made.events == 40
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["seed"], manifest["fmax_mhz"], manifest["board"]) == (1, 125.0, "ulx3s")
    assert {"board.bit", "board.lpf", "route.log", "model.onnx", "verilog/tagger_v1_board.v"} <= set(
        manifest["files"]
    )
    assert 'LOCATE COMP "uart_rx" SITE "M1";' in (folder / "board.lpf").read_text()
    assert not folder.with_name(f"{folder.name}-route").exists()
    monkeypatch.setattr(board_run, "sample_events", lambda network, count: given.jets)
    found = run_board(folder, "simulation")
    assert (found.jets, found.differences, found.tally.repeated) == (20, 0, 0)
    assert found.jets_per_second > 0
    one_command(build, folder, monkeypatch)
    # The host finds a board that computes something else.
    monkeypatch.setattr(
        board_run, "reference_of", lambda network, raw: np.zeros((len(raw), 1), dtype=np.int64)
    )
    monkeypatch.setattr(
        board_run, "answered", lambda facts, port, raw, *_: (np.ones((len(raw), 1)), found.tally)
    )
    assert run_board(folder, "/dev/null").differences == 20


def one_command(build: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``fpgajet board build`` takes a bitstream that is there, and no damaged one, nor one of another model or code."""
    directory, certificate = BuildDirectory(build), SimpleNamespace(total_differences=0)
    outcome = SimpleNamespace(directory=directory, report=SimpleNamespace(certificate=certificate))
    calls: list[Any] = []
    monkeypatch.setattr(board_build, "built_before", lambda *given: calls.append(given) or outcome)

    def exported(place: Path, targets: list[str], **options: Any) -> list[Any]:
        calls.append((place, targets, options["bitstream"]))
        return [SimpleNamespace(folder=folder)]

    monkeypatch.setattr(board_build, "run_exports", exported)
    made = board_build.run_board_build("tagger", "ulx3s", build)
    assert (made.new, made.folder, made.bitstream) == (False, folder, folder / "board.bit")
    assert made.as_dict()["fmax_mhz"] == 125.0
    ((settings, place, *_),) = calls
    assert (settings.model, settings.flow, settings.synth, place) == ("tagger", "rtl", False, build)
    bits = (folder / "board.bit").read_bytes()
    write_text(folder / "board.bit", "damaged")
    assert board_build.run_board_build("tagger", "ulx3s", build).new
    assert calls[-1] == (build, ["board-ulx3s"], True)
    (folder / "board.bit").write_bytes(bits)
    assert board_build.finished_export(directory, "board-ulx3s") == folder
    assert board_build.finished_export(directory, "board-tangnano20k") is None
    with monkeypatch.context() as patch:
        patch.setattr(board_build, "code_digest", lambda roots: "other code")
        assert board_build.finished_export(directory, "board-ulx3s") is None
    model = (build / "model.onnx").read_bytes()
    (build / "model.onnx").write_bytes(model + b" ")
    assert board_build.finished_export(directory, "board-ulx3s") is None
    (build / "model.onnx").write_bytes(model)
    certificate.total_differences = 1
    with pytest.raises(Mismatch, match="No bitstream was made"):
        board_build.run_board_build("tagger", "ulx3s", build)
    with pytest.raises(BadInput, match="unknown board 'ulx4'"):
        board_build.run_board_build("tagger", "ulx4", build)


def test_a_netlist_is_not_made_twice(router: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of an interrupted run; other Verilog is synthesised again."""
    source, work = tmp_path / "a.v", tmp_path / "work"
    work.mkdir()
    source.write_text("one")
    made: list[str] = []

    def synthesised(sources: list[Path], top: str, part: object, folder: Path, timeout: object) -> None:
        made.append(sources[0].read_text())
        write_text(folder / "netlist.json", top)

    monkeypatch.setattr(board_routing, "synthesise", synthesised)
    package: Any = SimpleNamespace(sources=[source], top="t")
    routing = Routing(package, open_part("ecp5-25k"), work, 60.0)
    for text in ("one", "one", "two", "two"):
        source.write_text(text)
        routing.synthesise()
    (work / "netlist.json").unlink()
    routing.synthesise()
    assert made == ["one", "two", "two"]


def test_a_board_that_is_too_slow_keeps_its_logs(
    router: Path, build: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("verilator", "g++")
    package: Any = SimpleNamespace(folder=tmp_path, constraints="board.lpf", sources=[], top="t")
    write_text(tmp_path / "board.lpf", "")
    fast = next(b for b in boards() if b.name == "ulx3s").model_copy(update={"clock_mhz": 128.0})
    routing = Routing(package, open_part(fast.part), tmp_path / "out-route", 60.0)
    routing.prepare()
    routing.synthesise()
    with pytest.raises(BudgetMissed, match=r"no seed of 5 reaches the 128 MHz"):
        export_board._bitstream(routing, fast, Silent())
    assert router.read_text() == "quick-1 1 2 3 4 5 "
    assert (tmp_path / "out-route" / "seed-5.log").is_file()


def test_synthesis_that_fails_keeps_its_log_and_leaves_no_export(
    router: Path, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs while the board is simulated; what it raises comes after."""
    need("verilator", "g++")

    def failing(sources: object, top: str, part: object, folder: Path, timeout: object) -> None:
        write_text(folder / "synthesis.log", "no memory")
        raise ToolFailed("Yosys ended with code 1.")

    monkeypatch.setattr(board_routing, "synthesise", failing)
    monkeypatch.setattr(
        export_board, "VerilogSimulation", lambda design: SimpleNamespace(scores=lambda raw: raw)
    )
    monkeypatch.setattr(export_board, "SimulatedBoard", lambda *_: nullcontext(SimpleNamespace(port=None)))
    monkeypatch.setattr(export_board, "answered", lambda *_: (None, SimpleNamespace(faults={})))
    compared: list[str] = []
    monkeypatch.setattr(export_board, "compare_scores", lambda found, expected, what: compared.append(what))
    folder = build / "export" / "tagger_v1-board-ulx3s"
    with pytest.raises(ToolFailed, match="code 1"):
        export_board.export_board(
            prepared(build), folder, Silent(), "board-ulx3s", BoardSettings(bitstream=True)
        )
    assert compared == ["the Verilog of board-ulx3s", "board-ulx3s"]
    assert not folder.exists()
    assert (folder.with_name(f"{folder.name}-route") / "synthesis.log").read_text() == "no memory"


def test_scores_that_differ_stop_an_export() -> None:
    with pytest.raises(Mismatch, match="in 1 of 2 events, first in event 1"):
        board_run.compare_scores(np.array([[1], [2]]), np.array([[1], [3]]), "it")


def test_every_board_is_a_target() -> None:
    assert {f"board-{row.name}" for row in boards()} <= set(TARGETS)
    for row in boards():
        assert open_part(row.part)
        assert {"clk", "reset", "uart_rx", "uart_tx", "led[0]", "led[1]"} == set(row.pins)
        assert abs(1e6 * row.clock_mhz / row.divider - row.baud) < 1
