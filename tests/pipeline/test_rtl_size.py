"""A model whose Verilog would take hours is built without it, and the build says so."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from fpgajet.devices import part
from fpgajet.graph.export import export
from fpgajet.pipeline import rtl_stages as rtl
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.paths import BuildDirectory
from tests.networks import random_network
from tests.vecnets import random_vecnet


def test_large_models_are_simulated_but_not_counted_or_left_out_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build, device = BuildDirectory(tmp_path), part("xcvu9p")

    def found(flow: str = "all", ii: int = 1) -> tuple[rtl.Extent, str]:
        settings = BuildSettings.model_validate({"flow": flow, "ii": ii})
        extent = rtl.extent(build, settings, device, 360.0)
        return extent, " ".join(capsys.readouterr().err.split())

    onnx.save(export(random_network()), str(build.model))
    assert found() == (rtl.Extent(simulated=True, counted=True), "")

    onnx.save(export(random_vecnet()), str(build.model))
    monkeypatch.setattr(rtl, "MOST_COUNTED", 1000)
    extent, said = found()
    assert extent == rtl.Extent(simulated=True, counted=False)
    assert "cells are not counted: about" in said
    size = int(said.split("about ")[1].split(" LUT")[0].replace(",", ""))
    monkeypatch.setattr(rtl, "MOST_COUNTED", size - 1)
    assert found()[0] == rtl.Extent(simulated=True, counted=False)
    assert found(ii=6)[0] == rtl.Extent(simulated=True, counted=True)  # much of it is shared
    monkeypatch.setattr(rtl, "MOST_SIMULATED", 1000)
    extent, said = found()
    assert extent == rtl.Extent(simulated=False, counted=False)
    assert "left out: about" in said
    assert found("rtl") == (rtl.Extent(simulated=True, counted=True), "")
