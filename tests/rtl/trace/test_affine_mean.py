"""AffineMean on symbols: its number of constituents comes from `bounded`, and is an address of a table."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.graph.collapse import collapse
from fpgajet.ops.affine_mean import AffineMean
from fpgajet.rtl.design import trace_network
from fpgajet.rtl.ir.evaluate import evaluate
from tests.rtl.conftest import raw_jets, wanted
from tests.vecnets import random_affine


@pytest.mark.parametrize("slots", [5, 8])
def test_tables_whose_size_is_no_power_of_two(slots: int) -> None:
    network = collapse(random_affine(slots))
    assert any(isinstance(node.operator, AffineMean) for node in network.nodes)
    raw = raw_jets(network, 400)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 20
    found = evaluate(trace_network(network, 320.0), raw.reshape(len(raw), -1))
    np.testing.assert_array_equal(np.asarray(found).reshape(expected.shape), expected)
