"""VHDL in GHDL: plain, with shared hardware, and as it is synthesised from AMD's primitives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import ToolFailed
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions, available, emit
from fpgajet.rtl.tools.ghdl import VhdlSimulation
from tests.networks import LOG, random_network
from tests.rtl.conftest import raw_jets, wanted
from tests.rtl.tools.vhdl_primitives import PRIMITIVES

NETWORKS = {
    "momenta": (random_network(n=3, hidden=1), 1),
    "shared": (random_network(n=3, hidden=1), 2),
    "log": (random_network(n=3, hidden=1, rounding="AP_TRN", form=LOG), 1),
}

needs_ghdl = pytest.mark.skipif(not available()["ghdl"].present, reason="needs ghdl")


def written(network: Network, ii: int, folder: Path) -> RtlDesign:
    return emit(network, folder, 320, "xcvu9p", RtlOptions(language="vhdl", ii=ii))


@needs_ghdl
@pytest.mark.parametrize("synthesised", [False, True])
@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_vhdl_scores_like_the_reference(case: tuple[Network, int], synthesised: bool, tmp_path: Path) -> None:
    network, ii = case
    design = written(network, ii, tmp_path)
    if synthesised:
        package = tmp_path / "vhdl" / "fpgajet_primitives.vhd"
        text = package.read_text()
        assert text.count("return false;") == 1
        package.write_text(text.replace("return false;", "return true;"))
        (tmp_path / "vhdl" / "amd.vhd").write_text(PRIMITIVES)
        design = replace(design, vhdl=("amd.vhd", *design.vhdl))
    raw = raw_jets(network, 300)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 20
    np.testing.assert_array_equal(VhdlSimulation(design).scores(raw), expected)


@needs_ghdl
def test_vhdl_that_does_not_parse_is_reported(tmp_path: Path) -> None:
    network = NETWORKS["momenta"][0]
    design = written(network, 1, tmp_path)
    (tmp_path / "vhdl" / "fpgajet_stage_0.vhd").write_text("entity nothing")
    with pytest.raises(ToolFailed, match="GHDL does not accept"):
        VhdlSimulation(design).scores(raw_jets(network, 10))
