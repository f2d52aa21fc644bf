"""The netlist whose cells are counted: proved, and refused as soon as one cell is another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fpgajet.errors import ToolFailed
from fpgajet.rtl import RtlDesign
from fpgajet.rtl.readback import synthesised
from fpgajet.rtl.readback.synthesised import RESULT_FILE, compare_netlist, prove_synthesised
from fpgajet.rtl.tools.yosys import count_cells, stage_sources
from tests.rtl.conftest import copy_of, needs_yosys

pytestmark = needs_yosys

NAME = "fpgajet_stage_0.v"
STAGE = """\
module fpgajet_stage_0 (input [7:0] a, input [7:0] b, input [7:0] c, output [7:0] o0, output [15:0] o1);
  wire [7:0] h;
  fpgajet_ternary #(8, 1, 0) t (a, b, c, h);
  assign o0 = h - {4'h0, b[7:4]};
  fpgajet_product #(8, 0, 8, 0, 16) p (h, b, o1);
endmodule
"""


@pytest.fixture(scope="module")
def small(design: RtlDesign, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    """One stage with a three-operand adder, a subtraction and a DSP block."""
    folder = tmp_path_factory.mktemp("netlist") / "rtl"
    folder.mkdir()
    copied = copy_of(design, folder)
    others = {name for name in copied.sources if name.startswith("fpgajet_stage_")} - {NAME}
    (folder / NAME).write_text(STAGE)
    return replace(copied, sources=tuple(name for name in copied.sources if name not in others))


@pytest.fixture(scope="module")
def proved(small: RtlDesign, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its netlist, proved."""
    keep = tmp_path_factory.mktemp("kept")
    (found,) = prove_synthesised(small, keep)
    assert (found.equal, found.reason, found.blocks) == (True, "", 1)
    assert (found.cells["CARRY8"], found.cells["LUT6_2"], found.cells["CARRY4"]) == (1, 8, 2)
    (stage,) = json.loads((small.directory / RESULT_FILE).read_text())["stages"]
    assert stage["equal"] is True
    assert (keep / "fpgajet_stage_0.aig").read_bytes().startswith(b"aig ")
    return (keep / NAME).read_text()


def _turned(text: str, digit: int) -> str:
    """One entry of the first LUT6_2 turned round, in this hexadecimal digit of its table."""
    pattern = rf"(\.INIT\(64'h[0-9a-f]{{{digit}}})([0-9a-f])"
    return re.sub(pattern, lambda m: m[1] + f"{int(m[2], 16) ^ 1:x}", text, count=1)


MUTANTS: dict[str, tuple[Callable[[str], str], str]] = {
    "table": (lambda text: _turned(text, 7), "differs where"),
    "carry": (lambda text: re.sub(r"\.CI\(1'h1\)", ".CI(1'h0)", text, count=1), "differs where"),
    "swapped bits": (lambda text: text.replace(".I0(a[3])", ".I0(a[4])", 1), "differs where"),
    "parameter of a block": (lambda text: text.replace(".SA(32'sd0)", ".SA(32'sd1)"), "block p differs"),
    "operand of a block": (lambda text: text.replace(".b(b)", ".b({ b[6:0], b[7] })"), "differs where"),
    "name of a block": (lambda text: text.replace(" p (", " q ("), "block p differs"),
}  # fmt: skip


def compared(small: RtlDesign, folder: Path, text: str) -> tuple[bool | None, str, dict[str, int]]:
    path = folder / "netlist.v"
    path.write_text(text)
    return compare_netlist("fpgajet_stage_0", stage_sources(small, NAME), path, folder / "miter.aig")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_one_cell_changed_is_refused(small: RtlDesign, proved: str, tmp_path: Path, mutant: str) -> None:
    change, reason = MUTANTS[mutant]
    assert change(proved) != proved
    equal, why, _ = compared(small, tmp_path, change(proved))
    assert equal is False
    assert reason in why


def test_an_entry_that_is_never_read_changes_nothing(small: RtlDesign, proved: str, tmp_path: Path) -> None:
    """Bit 0 of the adder has no carry below it: the entries with one are not reached."""
    changed = _turned(proved, 0)
    assert changed != proved
    assert compared(small, tmp_path, changed)[0] is True


def test_a_cell_without_a_driver_is_no_netlist(small: RtlDesign, proved: str, tmp_path: Path) -> None:
    cut = re.sub(r"  CARRY8 .*?\);\n", "", proved, count=1, flags=re.DOTALL)
    assert cut != proved
    with pytest.raises(ToolFailed, match="cannot compare"):
        compared(small, tmp_path, cut)


def test_a_wrong_comparison_does_not_pass(
    small: RtlDesign, proved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the comparison of blocks, or the solver, a mutant passes; what ABC does not show is not proved."""
    with monkeypatch.context() as patch:
        patch.setattr(synthesised, "_differing_block", lambda one, other: "")
        assert compared(small, tmp_path, MUTANTS["parameter of a block"][0](proved))[0] is True
    with monkeypatch.context() as patch:
        patch.setattr(synthesised, "_solved", lambda work: (True, ""))
        assert compared(small, tmp_path, MUTANTS["table"][0](proved))[0] is True
    with monkeypatch.context() as patch:
        patch.setattr(synthesised, "_SOLVE", "version")
        equal, why, _ = compared(small, tmp_path, proved)
        assert equal is None
        assert "shows nothing" in why


def test_other_cells_than_were_counted_are_not_proved(
    small: RtlDesign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthesised, "count_cells", lambda *given: {**count_cells(*given), "LUT2": 999})
    (found,) = prove_synthesised(small)
    assert found.equal is None
    assert "other cells" in found.reason
