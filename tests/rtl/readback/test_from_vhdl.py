"""The VHDL of a design is its Verilog: proved stage by stage, and a fault in a stage or a block is found."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from fpgajet.rtl import RtlDesign, RtlOptions, emit
from fpgajet.rtl.readback import from_vhdl
from fpgajet.rtl.readback.from_vhdl import StageVhdl, prove_vhdl
from tests.networks import random_network
from tests.rtl.conftest import need

#: Stages that the tests compare: the first two have products and adders of three operands.
STAGES = 2


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    """A small design in both languages, of which some stages are compared."""
    need("ghdl", "yosys")
    folder = tmp_path_factory.mktemp("both")
    design = emit(random_network(n=2, hidden=1), folder, 240.0, "xcvu9p", RtlOptions(language="vhdl"))
    stages = sorted(name for name in design.sources if name.startswith("fpgajet_stage_"))
    kept = stages[:STAGES]
    return replace(design, sources=tuple(n for n in design.sources if n in kept or n not in stages))


def edited(design: RtlDesign, folder: Path, file: str, pattern: str, new: str) -> list[StageVhdl]:
    """What is found out about a copy with one place of a file changed."""
    shutil.copytree(design.directory, folder / "rtl")
    path = folder / "rtl" / "vhdl" / file
    changed = re.sub(pattern, new, path.read_text(), count=1)
    assert changed != path.read_text()
    path.write_text(changed)
    return prove_vhdl(replace(design, directory=folder / "rtl"))


def test_vhdl_is_proved(both: RtlDesign) -> None:
    found = prove_vhdl(both)
    assert [one for one in found if not one.equal] == []
    assert len(found) > STAGES, "a DSP block"


def test_a_block_that_multiplies_otherwise_is_found(both: RtlDesign, tmp_path: Path) -> None:
    found = edited(both, tmp_path, "fpgajet_dsp.vhd", r"m <= x \* y;", "m <= x * y + 1;")
    assert {one.name.split("_")[1] for one in found if one.equal is False} == {"product"}


def test_a_stage_that_reads_another_bit_is_found(both: RtlDesign, tmp_path: Path) -> None:
    name = next(n for n in both.sources if n.startswith("fpgajet_stage_")).removesuffix(".v")
    found = edited(both, tmp_path, f"{name}.vhd", r"(o\d+) <= (v\d+);", r"\1 <= not \2;")
    assert [one.name for one in found if one.equal is False] == [name]


def test_a_wrong_comparison_does_not_pass(
    both: RtlDesign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block is compared with the Verilog's: without that the fault of the product above would pass."""
    monkeypatch.setattr(from_vhdl, "_block", lambda work, design, name, text: StageVhdl(name, True, "", 0.0))
    found = edited(both, tmp_path, "fpgajet_dsp.vhd", r"m <= x \* y;", "m <= x * y + 1;")
    assert all(one.equal for one in found)


def test_a_design_without_vhdl_is_refused(both: RtlDesign) -> None:
    with pytest.raises(BadInput, match="language vhdl"):
        prove_vhdl(replace(both, vhdl=()))
