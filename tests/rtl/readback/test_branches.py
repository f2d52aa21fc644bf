"""The library as it is synthesised, proved equal to the plain one; a fault in a look-up table is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fpgajet.errors import ToolFailed
from fpgajet.rtl.readback.branches import Parameters, differing, parameters_in
from fpgajet.rtl.write.design import LIBRARY
from tests.rtl.conftest import needs_yosys
from tests.rtl.readback.conftest import Written

pytestmark = needs_yosys

SETS = [
    Parameters("fpgajet_ternary", ("19", "1", "1")),
    Parameters("fpgajet_limit", ("7", "1", "1", "1")),
    Parameters("fpgajet_limit", ("3", "2", "1", "1")),
    Parameters("fpgajet_distance", ("9", "1")),
    Parameters("fpgajet_rom", ("8", "256'h" + "0123456789abcdef" * 4)),
    Parameters("fpgajet_rom2", ("4", "16'h82", "16'h145")),
]


@pytest.mark.parametrize("written", [3], indirect=True)
def test_every_set_in_use_is_proved(written: Written) -> None:
    stages = written.design.directory.glob("fpgajet_stage_*.v")
    used = parameters_in({path.name: path.read_text() for path in stages})
    assert {given.module for given in used} >= {"fpgajet_ternary", "fpgajet_limit", "fpgajet_rom2"}
    assert differing({*used, *SETS}) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "module"),
    [
        ("fpgajet_ternary.v", "foot = NB || NC", "foot = NB && NC", None),
        (
            "fpgajet_limit.v",
            "table_of[32 + k] = limited(k[4]",
            "table_of[32 + k] = limited(k[3]",
            "fpgajet_limit",
        ),
        ("fpgajet_distance.v", "64'h000000990000005a", "64'h0000009900000058", "fpgajet_distance"),
        ("fpgajet_rom.v", ".O5(y[0]), .O6(y[1])", ".O5(y[1]), .O6(y[0])", "fpgajet_rom2"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, file: str, old: str, new: str, module: str | None) -> None:
    library = Path(shutil.copytree(LIBRARY, tmp_path / "library"))
    text = (library / file).read_text()
    assert old in text
    (library / file).write_text(text.replace(old, new))
    wrong = differing([*SETS, Parameters("fpgajet_ternary", ("5", "0", "1"))], library)
    expected = {module or "fpgajet_ternary"}
    assert {given.module for given in wrong} == expected
    assert ("5", "0", "1") in {given.values for given in wrong} or module


def test_a_library_that_does_not_parse_is_reported(tmp_path: Path) -> None:
    library = Path(shutil.copytree(LIBRARY, tmp_path / "library"))
    (library / "fpgajet_ternary.v").write_text("module fpgajet_ternary (")
    with pytest.raises(ToolFailed, match="does not accept"):
        differing(SETS[:1], library)
