"""The map of signals, and that the Verilog gives no warnings."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from fpgajet.ops.network import Network
from fpgajet.processes import run
from fpgajet.rtl import RtlDesign, RtlOptions, emit
from fpgajet.rtl.tools.installed import verilator_root
from tests.rtl.conftest import need


def test_every_signal_has_an_origin(network: Network, design: RtlDesign) -> None:
    text = (design.directory / "signals.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    for path in design.directory.glob("fpgajet_stage_*.v"):
        declared = set(re.findall(r"wire \[\d+:0\] (v\d+);", path.read_text()))
        assert declared == {row["signal"] for row in rows if row["module"] == path.stem}
    assert {row["node"] for row in rows} == {"input", *(node.name for node in network.nodes)}
    found = {(row["node"], row["tensor"], row["element"]) for row in rows if row["relation"] == "is"}
    assert len([element for node, tensor, element in found if node == "input"]) == 12
    # Of three constituents there are three products, each of which is an element of d or of the sum behind it.
    dots = {element for node, tensor, element in found if node == "dots" and tensor != "momentum"}
    assert len(dots) >= 3
    assert "0" in {element for node, _, element in found if node == "score"}


def lint(directory: Path, names: tuple[str, ...]) -> str:
    need("verilator")
    root = verilator_root()
    assert root is not None
    sources = [directory / name for name in names]
    command = [
        root / "bin" / "verilator_bin",
        "--lint-only",
        "-Wall",
        "--top-module",
        "fpgajet_top",
        *sources,
    ]
    return run(command, env={"VERILATOR_ROOT": str(root)}).output


def test_the_verilog_gives_no_warnings(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    shared = emit(network, tmp_path, 320, "xcvu9p", RtlOptions(ii=2))
    for written in (design, shared):
        assert "%" not in lint(written.directory, written.sources)


def test_a_warning_would_be_seen(design: RtlDesign, tmp_path: Path) -> None:
    for name in design.sources:
        text = (design.directory / name).read_text()
        (tmp_path / name).write_text(text.replace("// verilator lint_off UNUSEDSIGNAL", ""))
    assert "%Warning-UNUSEDSIGNAL" in lint(tmp_path, design.sources)
