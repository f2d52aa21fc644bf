"""Whole networks as scalars, against the integer reference: every stage, and the range of every node."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.scalars import evaluate, scalar_network
from fpgajet.verify.vectors import edge_vectors
from tests.networks import LOG, PUPPI, PUPPI_SUM, TRIGGER, random_jets, random_network, with_features
from tests.vecnets import every_network

NETWORKS = {
    "momenta": random_network(),
    "beams": random_network(beams=1),
    "floor": random_network(rounding="AP_TRN"),
    "trigger": random_network(form=TRIGGER),
    "log": random_network(form=LOG),
    "puppi": random_network(form=PUPPI),
    "candidates": with_features(random_network(form=PUPPI_SUM)),
    **dict(every_network()),
}


def events_of(network: Network) -> np.ndarray:
    """Raw jets and edge vectors [events, N, F]."""
    features = network.form.features(random_jets(60, network.constituents))
    edges = edge_vectors(network, 200, 3, features).values()
    return from_real(np.concatenate([features, *edges]), network.input_type)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_stage_equals_the_reference(name: str) -> None:
    network = NETWORKS[name]
    scalars, raw = scalar_network(network), events_of(network)
    expected = network.reference(FixedArray(raw, network.input_type.fraction))
    for stage, numbers in scalars.stages.items():
        found = evaluate(scalars.graph, numbers, raw.reshape(len(raw), -1))
        np.testing.assert_array_equal(found, expected[stage].at(scalars.fractions[stage]), err_msg=stage)
    assert len(np.unique(expected[scalars.output].raw)) > 10


@pytest.mark.parametrize("name", NETWORKS)
def test_no_value_leaves_the_range_of_its_node(name: str) -> None:
    """The ranges decide which C type holds a value."""
    network = NETWORKS[name]
    scalars, raw = scalar_network(network), events_of(network)
    numbers = np.array(scalars.graph.needed(map(int, scalars.stages[scalars.output].ravel())))
    found = evaluate(scalars.graph, numbers, raw.reshape(len(raw), -1))
    nodes = [scalars.graph.nodes[n] for n in numbers]
    assert (found.min(0) >= [node.lowest for node in nodes]).all()
    assert (found.max(0) <= [node.highest for node in nodes]).all()
