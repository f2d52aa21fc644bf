"""Channels of a VecNet that are exchanged between jets."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network
from quant.data import read_jets
from quant.data.reading.shipped import shipped_sample
from quant.explanation.ablation import _scores, ablation, kind_of, kinds_of
from quant.zoo import resolve


def network_of(name: str) -> Network:
    return built_network(open_checkpoint(resolve(name)))


def test_stages_belong_to_kinds() -> None:
    names = ("s1_edge1", "v1_gate", "i1", "x2", "h0", "joined", "pool", "score", "mask", "momenta")
    kinds = ["scalar", "vector", "vector", "vector", "hidden", "", "", "", "", ""]
    assert [kind_of(name) for name in names] == kinds
    assert kinds_of(network_of("vecnet-n8-s8v2")) == ["scalar", "vector"]
    assert kinds_of(network_of("npelican-n8-c2")) == []


def test_nothing_exchanged_is_the_reference_and_itself_exchanged_too() -> None:
    network = network_of("vecnet-n8-s8v2h4")
    jets = read_jets(shipped_sample(), max_jets=50, constituents=8)
    given = from_real(network.form.features(jets.constituents), network.input_type)
    values = FixedArray(given, network.input_type.fraction)
    reference = network.reference(values)["score"].raw[:, 0]
    turned, same = np.roll(np.arange(50), 1), np.arange(50)
    assert np.array_equal(_scores(network, values, "none", turned), reference)
    assert np.array_equal(_scores(network, values, "vector", same), reference)
    assert not np.array_equal(_scores(network, values, "vector", turned), reference)


def test_networks_without_such_channels_are_refused() -> None:
    jets = read_jets(shipped_sample(), max_jets=50, constituents=8)
    with pytest.raises(BadInput, match="no scalar, vector or hidden channels"):
        ablation(network_of("npelican-n8-c2"), jets)
