"""Files read back: what was written is proved, and a fault in any part of the files is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fpgajet.rtl import VerilogSimulation
from fpgajet.rtl.readback.files import differing_event
from fpgajet.rtl.readback.logic import Logic
from fpgajet.rtl.readback.wiring import Wiring
from tests.rtl.conftest import raw_jets
from tests.rtl.readback.conftest import Written


def test_what_was_written_is_proved(written: Written) -> None:
    reading = written.read()
    assert reading.problem == ""
    leaders = set(written.schedule.sharing.leader)
    assert len(leaders) * 0.8 < reading.cells <= len(leaders)
    assert reading.distinct > 30


SHARED = pytest.mark.parametrize("written", [3], indirect=True)


@SHARED
def test_a_comment_changes_nothing(written: Written, tmp_path: Path) -> None:
    changed = {"fpgajet_top.v": lambda text: text.replace("endmodule", "// edited\nendmodule", 1)}
    assert written.read(written.edited(tmp_path / "rtl", changed)).problem == ""


def first(pattern: str, new: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, new, text, count=1)


def another_register(text: str) -> str:
    """A register takes a register of another signal of its width."""
    held = re.findall(r"(r\d+_\d+) <= (r\d+_\d+);", text)
    width = {name: size for size, name in re.findall(r"(?:reg|wire) \[(\d+):0\] (r\d+_\d+)", text)}
    for target, source in held:
        for _, other in held:
            same = source.split("_")[0] == other.split("_")[0] and width[source] == width[other]
            if other != source and same:
                return text.replace(f"{target} <= {source};", f"{target} <= {other};")
    raise AssertionError("no two registers of one width")


FAULTS = {
    "reset": ("fpgajet_top.v", lambda text: text.replace("valid <= rst ?", "valid <= 1'b0 ?")),
    "valid bit": ("fpgajet_top.v", lambda text: text.replace(", valid_in};", ", ~valid_in};")),
    "register": ("fpgajet_top.v", another_register),
    "hold": ("fpgajet_top.v", first(r"if \(valid\[2\]\) ", "if (valid[5]) ")),
    "falling edge": ("fpgajet_top.v", lambda text: text.replace("posedge clk) begin", "negedge clk) begin", 1)),
    "input": ("fpgajet_top.v", first(r"= jet\[14:0\];", "= jet[29:15];")),
    "operator": ("STAGE", first(r" & ", " | ")),
    "sign": ("STAGE", first(r"fpgajet_ternary #\((\d+), 0, 0\)", r"fpgajet_ternary #(\1, 0, 1)")),
    "carry": ("fpgajet_ternary.v", lambda text: text.replace("(NB ? a - b : a + b)", "(NB ? a + ~b : a + b)")),
    "mask": ("fpgajet_limit.v", lambda text: text.replace("k >= OVERS + GATES", "k >= OVERS")),
    "product": ("fpgajet_dsp.v", lambda text: text.replace("x * y", "x * y + 1")),
    "table": ("fpgajet_rom.v", lambda text: text.replace("{INIT1[a], INIT0[a]}", "{INIT1[a], INIT1[a]}")),
}  # fmt: skip


@SHARED
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(written: Written, tmp_path: Path, fault: str) -> None:
    name, change = FAULTS[fault]
    if name == "STAGE":
        files = sorted(written.design.directory.glob("fpgajet_stage_*.v"))
        name = next((p.name for p in files if change(p.read_text()) != p.read_text()), "")
        if not name:
            pytest.skip("no such statement in this circuit")
    text = (written.design.directory / name).read_text()
    if change(text) == text:
        pytest.skip("no such text in this circuit")
    assert written.read(written.edited(tmp_path / "rtl", {name: change})).problem


@SHARED
def test_an_input_shows_the_fault(written: Written, tmp_path: Path) -> None:
    """The files as they are read differ from the network where the simulated files do."""
    fault = {"fpgajet_dsp.v": FAULTS["product"][1]}
    design = written.edited(tmp_path / "rtl", fault)
    reading, raw = written.read(design), raw_jets(written.network, 100)
    event = differing_event(written.network, design, reading.modules, raw.reshape(len(raw), -1))
    assert event is not None
    scores = VerilogSimulation(design).scores(raw[: event + 1])
    correct = VerilogSimulation(written.design).scores(raw[: event + 1])
    assert (scores[event] != correct[event]).any()
    np.testing.assert_array_equal(scores[:event], correct[:event])


@SHARED
def test_a_wrong_comparison_does_not_pass(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the comparison of a cell's logic, of the wiring or of the library the faults above would pass."""

    def problem(fault: str) -> str:
        name, change = FAULTS[fault]
        return written.read(written.edited(tmp_path / fault.replace(" ", ""), {name: change})).problem

    with monkeypatch.context() as patch:
        patch.setattr(Logic, "wrong", lambda self: [])
        assert not problem("product")
    with monkeypatch.context() as patch:
        patch.setattr(Wiring, "misplaced", lambda self: "")
        assert not problem("register")
    with monkeypatch.context() as patch:
        patch.setattr("fpgajet.rtl.readback.library._holds", lambda modules, module: True)
        assert not problem("mask")
