"""A model whose Verilog would take hours is built without it, and the build says so."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from fpgajet.devices import part
from fpgajet.graph.export import export
from fpgajet.pipeline import rtl
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.settings import BuildSettings
from tests.networks import random_network
from tests.vecnets import random_vecnet


def test_large_models_are_left_out_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build, device = BuildDirectory(tmp_path), part("xcvu9p")
    onnx.save(export(random_network()), str(build.model))
    assert rtl.small_enough(build, BuildSettings(), device, 360.0)
    assert capsys.readouterr().err == ""

    onnx.save(export(random_vecnet()), str(build.model))
    monkeypatch.setattr(rtl, "MOST_LUT", 1000)
    assert not rtl.small_enough(build, BuildSettings(), device, 360.0)
    assert "left out: about" in " ".join(capsys.readouterr().err.split())
    assert rtl.small_enough(build, BuildSettings(flow="rtl"), device, 360.0)
