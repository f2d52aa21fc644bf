"""A small tagger as the RTL flow writes it, shared by the tests of the firmware exports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("alkaid")

from fpgajet.export.firmware.front_end import Halves, emit_halves
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions, emit
from tests.networks import PUPPI, random_network
from tests.rtl.conftest import need, network

__all__ = ["need", "network"]


@pytest.fixture(scope="session")
def design(network: Network, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    """With VHDL of its own."""
    return emit(network, tmp_path_factory.mktemp("rtl"), 320, "xcvu9p", RtlOptions(language="vhdl"))


@pytest.fixture(scope="session")
def slow_design(network: Network, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    """A jet every three clocks, without VHDL."""
    return emit(network, tmp_path_factory.mktemp("rtl3"), 320, "xcvu9p", RtlOptions(ii=3))


@dataclass(frozen=True)
class Words:
    """A tagger that reads the words of a link, in one piece and cut behind its front end."""

    network: Network
    design: RtlDesign
    halves: Halves


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    """With three candidates."""
    network, folder = random_network(n=3, hidden=1, form=PUPPI), tmp_path_factory.mktemp("words")
    design = emit(network, folder / "whole", 320, "xcvu9p")
    return Words(network, design, emit_halves(network, folder, design))


@pytest.fixture
def raw_jets(network: Network) -> object:
    from tests.rtl.conftest import raw_jets as make

    return lambda count: make(network, count).reshape(count, -1)


def source_names(folder: Path) -> str:
    """All Verilog and VHDL of an export as one text."""
    return "\n".join(p.read_text() for p in sorted(folder.rglob("*")) if p.suffix in {".v", ".vhd"})
