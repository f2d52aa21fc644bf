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
from fpgajet.rtl import RtlDesign, Simulation, VerilogSimulation, available, emit
from tests.networks import random_jets, random_network


def raw_jets(network: Network, count: int, seed: int = 3) -> np.ndarray:
    """Half physical jets, half anything the input type can hold, with the extremes."""
    kind, n = network.input_type, network.input_shape[0]
    real = from_real(
        network.form.features(random_jets(count // 2, n, seed, narrow=network.form is not MOMENTA)), kind
    )
    rng = np.random.default_rng(seed)
    wild = rng.integers(kind.lowest, kind.highest + 1, (count - len(real), *network.input_shape))
    wild[0], wild[1], wild[2] = kind.lowest, kind.highest, 0
    return np.concatenate([real, wild])


def wanted(network: Network, raw: np.ndarray) -> np.ndarray:
    """Raw scores by the definition, [jets, 1]."""
    return network.reference(FixedArray(raw, network.input_type.fraction))[network.output.name].raw


@pytest.fixture(scope="session")
def network() -> Network:
    return random_network(n=3, hidden=1)


@pytest.fixture(scope="session")
def design(network: Network, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    return emit(network, tmp_path_factory.mktemp("design"), 320, "xcvu9p")


@pytest.fixture(scope="session")
def simulation(design: RtlDesign, tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    missing = [name for name in ("verilator", "g++") if not available()[name].present]
    if missing:
        pytest.skip(f"needs {missing}")
    return VerilogSimulation(design)


def copy_of(design: RtlDesign, folder: Path) -> RtlDesign:
    """The same design in another directory, to be changed there."""
    for name in (*design.sources, "design.json"):
        (folder / name).write_bytes((design.directory / name).read_bytes())
    return RtlDesign.read(folder)
