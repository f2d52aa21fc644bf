"""The front end of a tagger that reads the words of a link is proved for all inputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.export.firmware.front_end import cut
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor
from fpgajet.prove.proof import Level
from fpgajet.rtl import RtlOptions, emit
from fpgajet.rtl.design import trace_network
from fpgajet.rtl.proof import FILES, prove_netlist, prove_verilog
from tests.networks import PUPPI, random_jets, random_network
from tests.rtl.conftest import needs_yosys


@pytest.fixture(scope="module")
def network() -> Network:
    """The front end of one candidate."""
    return cut(random_network(n=2, hidden=1, form=PUPPI))[0]


@pytest.fixture(scope="module")
def raw(network: Network) -> np.ndarray:
    real = PUPPI.features(random_jets(200, 2, narrow=True)).astype(np.int64)[:, :2].reshape(200, -1)
    return np.concatenate([real, np.random.default_rng(1).integers(0, 1 << 16, (100, real.shape[1]))])


def test_a_front_end_is_proved(network: Network, raw: np.ndarray) -> None:
    proof = prove_netlist(network, trace_network(network, 320), raw)
    assert (proof.level, proof.reason) == (Level.PROVED, "")
    assert proof.assignments >= 1 << 16  # a logarithm, for every value of the word's lowest piece


@needs_yosys
def test_its_files_are_proved(network: Network, raw: np.ndarray, tmp_path: Path) -> None:
    proof = prove_verilog(network, emit(network, tmp_path, 320, "xcvu9p"), RtlOptions(), raw)
    assert (proof.what, proof.level, proof.reason) == (FILES, Level.PROVED, "")


def test_another_logarithm_is_refused(network: Network, raw: np.ndarray) -> None:
    """One entry of the table, where no sample has pT."""
    (first,) = network.nodes
    table = first.tensors["log_table"]
    mantissas = {
        int(pt * 128 / (1 << int(pt).bit_length())) - 64 for pt in raw[:, 4::4].ravel() & 0x3FFF if pt
    }
    free = min(set(range(64)) - mantissas, default=63)
    entries = table.values.raw.copy()
    entries[free] += 1
    changed = Tensor(FixedArray(entries, table.values.fraction), table.type)
    other = replace(network, nodes=(replace(first, tensors={"log_table": changed}),))
    proof = prove_netlist(network, trace_network(other, 320), raw)
    assert proof.level is not Level.PROVED
