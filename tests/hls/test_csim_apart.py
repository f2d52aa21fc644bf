"""The C simulation runs in a process of its own: what crashes there is an error, and types of coarse bits work."""

from __future__ import annotations

import os

import numpy as np
import pytest

from fpgajet import ops
from fpgajet.errors import ToolFailed
from fpgajet.executor import run_apart
from fpgajet.fixed import from_real
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor
from tests.hls.test_project import make
from tests.networks import random_jets, t
from tests.vecnets import BIT, Builder


def coarse() -> Network:
    """An accumulator of few integer bits, rounded to multiples of 16."""
    b = Builder(n=2, seed=1)
    small = t("ap_fixed<6,-12,AP_RND_CONV,AP_SAT>")
    weight = Tensor(FixedArray.of_type(np.random.default_rng(1).integers(-32, 32, (2, 4)), small), small)
    bias = Tensor(FixedArray.of_type(np.zeros(2, dtype=np.int64), small), small)
    b.add("mask", ops.ConstituentMask(BIT, 2, 0), "momenta")
    output = t("ap_ufixed<3,7,AP_RND_CONV,AP_SAT>")
    b.add("coarse", ops.Dense(output, 2, 0), "momenta", weight=weight, bias=bias)
    b.score("coarse")
    return b.network("coarse")


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> CSimulation:
    folder = tmp_path_factory.mktemp("coarse")
    project = make(coarse(), folder / "hls", vectors=random_jets(4, 2))
    return CSimulation(project, compile_project(project, folder / "csim"))


def test_a_value_is_rounded_at_a_bit_above_its_own(simulation: CSimulation) -> None:
    network, jets = coarse(), random_jets(300, 2)
    expected = network.reference(FixedArray(from_real(jets, network.input_type), network.input_type.fraction))
    found = simulation.stages(jets)
    for node in network.nodes:
        np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)


def test_a_crash_is_an_error_of_the_tool(simulation: CSimulation, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        os.write(2, b"ap_private.h:5600: Attempting to read bit beyond MSB\n")
        os.abort()

    monkeypatch.setattr(simulation, "_batch", crash)
    with pytest.raises(ToolFailed, match=r"ended by SIGABRT. It said: .*beyond MSB") as caught:
        simulation.stages(random_jets(3, 2))
    assert caught.value.exit_code == 6


def test_a_fault_of_python_does_not_go_on_twice() -> None:
    """The copy of the process ends, whatever happens in it."""

    def fails() -> None:
        raise SystemExit(0)

    assert run_apart(fails).status == 1
    assert run_apart(lambda: None).status == 0
