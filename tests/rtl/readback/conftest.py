"""Verilog of a small tagger, with and without shared hardware."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fpgajet.graph.collapse import collapse
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.readback.files import Reading, compare_files
from fpgajet.rtl.schedule.pipeline import Schedule, pipeline
from fpgajet.rtl.write.design import write_design
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve

CLOCK = 240.0


@dataclass(frozen=True)
class Written:
    """A network, its circuit, and the files that were written from it."""

    network: Network
    netlist: Netlist
    schedule: Schedule
    design: RtlDesign

    def edited(self, folder: Path, changes: dict[str, Callable[[str], str]]) -> RtlDesign:
        """A copy of the files with some of them changed."""
        shutil.copytree(self.design.directory, folder)
        for name, change in changes.items():
            before = (folder / name).read_text()
            after = change(before)
            assert after != before, f"nothing was changed in {name}"
            (folder / name).write_text(after)
        return replace(self.design, directory=folder)

    def read(self, design: RtlDesign | None = None) -> Reading:
        return compare_files(design or self.design, self.netlist, self.schedule)


@pytest.fixture(scope="session", params=[1, 3], ids=["every clock", "shared"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    network = collapse(load_model(open_checkpoint(resolve("npelican-n8-c2"))).network())
    netlist, sharing = circuit(network, CLOCK, RtlOptions(ii=request.param))
    schedule = pipeline(netlist, CLOCK, None, sharing)
    folder = tmp_path_factory.mktemp("verilog")
    design = write_design(netlist, schedule, folder, CLOCK, "xcvu9p", network.name)
    return Written(network, netlist, schedule, design)
