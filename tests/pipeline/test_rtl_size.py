"""A model whose Verilog would take hours is built without it, and the build says so."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from fpgajet.graph.export import export
from fpgajet.pipeline import rtl_stages
from fpgajet.pipeline.paths import BuildDirectory
from tests.networks import random_network
from tests.pipeline.contexts import Remembering, context_of
from tests.vecnets import random_vecnet


def test_large_models_are_simulated_but_not_counted_or_left_out_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = BuildDirectory(tmp_path)

    def found(flow: str = "all", ii: int = 1) -> tuple[rtl_stages.Extent, str]:
        context = context_of(tmp_path, flow=flow, ii=ii, clock_mhz=360.0)
        extent = rtl_stages.extent(context)
        assert isinstance(context.reporter, Remembering)
        return extent, context.reporter.notes()

    onnx.save(export(random_network()), str(build.model))
    assert found() == (rtl_stages.Extent(simulated=True, counted=True), "")

    onnx.save(export(random_vecnet()), str(build.model))
    monkeypatch.setattr(rtl_stages, "MOST_COUNTED", 1000)
    extent, said = found()
    assert extent == rtl_stages.Extent(simulated=True, counted=False)
    assert "cells are not counted: about" in said
    size = int(said.split("about ")[1].split(" LUT")[0].replace(",", ""))
    monkeypatch.setattr(rtl_stages, "MOST_COUNTED", size - 1)
    assert found()[0] == rtl_stages.Extent(simulated=True, counted=False)
    assert found(ii=6)[0] == rtl_stages.Extent(simulated=True, counted=True)  # much of it is shared
    monkeypatch.setattr(rtl_stages, "MOST_SIMULATED", 1000)
    extent, said = found()
    assert extent == rtl_stages.Extent(simulated=False, counted=False)
    assert "left out: about" in said
    assert found("rtl") == (rtl_stages.Extent(simulated=True, counted=True), "")
