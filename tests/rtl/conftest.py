"""What the RTL tests share: raw jets, and one compiled design for all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("alkaid")

from fpgajet.fixed import from_real
from fpgajet.ops.forms import MOMENTA
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, VerilogSimulation, available, emit
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Netlist
from tests.networks import random_jets, random_network, with_random_features
from tests.rtl.small_model import small_model

needs_yosys = pytest.mark.skipif(not available()["yosys"].present, reason="needs Yosys")


def raw_jets(network: Network, count: int, seed: int = 3) -> np.ndarray:
    """Half physical jets, half random ones over the whole input type, the extremes first."""
    precision, n = network.input_type, network.constituents
    jets = random_jets(count // 2, n, seed, narrow=network.form is not MOMENTA)
    real = from_real(network.form.features(with_random_features(network.form, jets)), precision)
    rng = np.random.default_rng(seed)
    edge = rng.integers(precision.lowest, precision.highest + 1, (count - len(real), *network.input_shape))
    edge[0], edge[1], edge[2] = precision.lowest, precision.highest, 0
    return np.concatenate([real, edge])


def wanted(network: Network, raw: np.ndarray) -> np.ndarray:
    """Raw scores by the definition, [jets, 1]."""
    return network.reference(FixedArray(raw, network.input_type.fraction))[network.output.name].raw


def assert_exact(netlist: Netlist, network: Network, raw: np.ndarray, message: str = "") -> None:
    """The netlist has the scores of the network, bit by bit, and they are not all alike."""
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 20
    got = evaluate(netlist, raw.reshape(len(raw), -1))
    np.testing.assert_array_equal(got, expected, err_msg=message)


def need(*names: str) -> None:
    """Skip the test unless these tools are installed."""
    missing = [name for name in names if not available()[name].present]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")


@pytest.fixture(scope="session")
def network() -> Network:
    return random_network(n=3, hidden=1)


@pytest.fixture(scope="session")
def design(network: Network, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    return emit(network, tmp_path_factory.mktemp("design"), 320, "xcvu9p")


@pytest.fixture(scope="session")
def simulation(design: RtlDesign) -> VerilogSimulation:
    need("verilator", "g++")
    return VerilogSimulation(design)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A directory with the model of a small network."""
    return small_model(tmp_path)


def copy_of(design: RtlDesign, folder: Path) -> RtlDesign:
    """The same design in another directory, to be changed there."""
    for name in (*design.sources, "design.json"):
        (folder / name).write_bytes((design.directory / name).read_bytes())
    return RtlDesign.read(folder)
