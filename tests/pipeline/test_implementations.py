"""The C emulator as an implementation that the certificate compares."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fpgajet.fixed import FixedType
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor
from fpgajet.pipeline.implementations import IMPLEMENTATIONS, MOST_EMULATED
from fpgajet.verify.certificate import certify
from tests.networks import random_jets, random_network

EMULATOR = IMPLEMENTATIONS["c emulator"]


def build_of(network: Network) -> Any:
    return SimpleNamespace(network=network)


def with_another_bias(network: Network) -> Network:
    """The same network, one bit of one bias changed."""
    last = network.output
    tensor = last.tensors["bias"]
    raw = tensor.values.raw.copy()
    raw.ravel()[-1] += 1
    changed = Tensor(FixedArray(raw, tensor.values.fraction), tensor.type)
    tensors = {**last.tensors, "bias": changed}
    return replace(network, nodes=(*network.nodes[:-1], replace(last, tensors=tensors)))


@pytest.mark.parametrize("faulty", [False, True])
def test_the_emulator_is_certified(faulty: bool) -> None:
    network = random_network()
    emulator = EMULATOR.make(build_of(with_another_bias(network) if faulty else network))
    jets = {"real jets": network.form.features(random_jets(300))}
    found = certify(network, [emulator], jets, score_kind="real jets")
    assert found.implementations == ["integer reference", "c emulator"]
    sizes = {stage: int(np.prod(shape)) for stage, shape in network.shapes().items()}
    assert found.values_compared == 300 * (sum(sizes.values()) - sizes[network.input_name])
    stages = [first.stage for first in found.first_differences]
    assert (found.total_differences > 0, stages) == (faulty, [network.output.name] if faulty else [])


def test_which_networks_are_emulated() -> None:
    network = random_network()
    assert EMULATOR.fits(build_of(network))
    wide = SimpleNamespace(input_type=FixedType(False, 32, 0), shapes=network.shapes)
    assert not EMULATOR.fits(SimpleNamespace(network=wide))
    large = SimpleNamespace(input_type=network.input_type, shapes=lambda: {"pairs": (MOST_EMULATED + 1,)})
    assert not EMULATOR.fits(SimpleNamespace(network=large))
