"""The operators on torch tensors: the integer reference's values, and gradients through tables and logarithms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgajet.fixed import from_real
from fpgajet.ops import Activation, SignedLog
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.tables import activation_table
from quant.arithmetic import TorchArithmetic
from tests.networks import PUPPI_SUM, random_jets, random_network, t, with_features
from tests.vecnets import every_network

NETWORKS = dict(every_network()) | {"candidates": with_features(random_network(form=PUPPI_SUM))}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_stage_equals_the_integer_reference(name: str) -> None:
    network = NETWORKS[name]
    features = network.form.features(random_jets(300, network.constituents))
    given = FixedArray(from_real(features, network.input_type), network.input_type.fraction)
    stages = network.evaluate(
        TorchArithmetic(), torch.from_numpy(given.real), lambda tensor: torch.from_numpy(tensor.values.real)
    )
    for stage, expected in network.reference(given).items():
        np.testing.assert_array_equal(stages[stage].numpy(), expected.real, err_msg=stage)


def test_the_gradient_of_a_table_is_its_slope() -> None:
    kind = t("ap_fixed<8,4,AP_TRN,AP_SAT>")
    table = torch.from_numpy(activation_table("tanh", kind, t("ap_fixed<16,2,AP_TRN,AP_SAT>")) * 2.0**-14)
    x = torch.tensor([-3.0, -0.5, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    y = Activation(t("ap_fixed<16,2,AP_TRN,AP_SAT>"), kind).forward(TorchArithmetic(), [x], {"table": table})
    torch.autograd.backward(y.sum())
    assert x.grad is not None
    torch.testing.assert_close(x.grad, 1 - torch.tanh(x.detach()) ** 2, atol=2e-3, rtol=0)


def test_the_gradient_of_a_logarithm_is_that_between_powers_of_two() -> None:
    operator = SignedLog(t("ap_fixed<14,6,AP_TRN,AP_SAT>"), t("ap_ufixed<12,12,AP_TRN,AP_SAT>"), 0)
    x = torch.tensor([-100.0, 1.0, 5.0, 1000.0], dtype=torch.float64, requires_grad=True)
    y = operator.forward(TorchArithmetic(), [x], {})
    torch.autograd.backward(y.sum())
    assert x.grad is not None
    torch.testing.assert_close(x.grad, torch.tensor([1 / 64, 1 / 2, 1 / 4, 1 / 512], dtype=torch.float64))
