"""A certificate that could not fail would prove nothing: break each implementation and see it named."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.verify.certificate import certify
from fpgajet.verify.vectors import edge_vectors
from tests.networks import random_jets, random_network


class Copy:
    """An implementation that is right, except in one stage."""

    name = "copy"

    def __init__(self, network: Network, stage: str = "", value: float | None = None) -> None:
        self.network, self.stage, self.value, self.calls = network, stage, value, 0

    def stages(self, jets: np.ndarray) -> Mapping[str, np.ndarray]:
        precision = self.network.input_type
        raw = from_real(jets, precision)
        stages = self.network.reference(FixedArray(raw, precision.fraction))
        reals = {node.name: stages[node.name].real.copy() for node in self.network.nodes}
        if self.stage and self.calls == 0:
            reals[self.stage][3].flat[1 if reals[self.stage][3].size > 1 else 0] = self.value
        self.calls += 1
        return reals


def test_clean() -> None:
    network, jets = random_network(), random_jets(500)
    result = certify(network, [Copy(network)], {"real jets": jets, "more": jets[:10]}, score_kind="real jets")
    document = result.document()
    assert document["clean"]
    assert document["total_events"] == 510
    assert document["total_differences"] == 0
    assert document["implementations"] == ["integer reference", "copy"]
    assert document["distinct_scores"] > 50
    assert len(result.scores["copy"]) == 500


@pytest.mark.parametrize("stage", ["mask", "dots", "pairs", "score"])
@pytest.mark.parametrize("value", [1e6, float("nan")])
def test_one_wrong_value_is_found_and_named(stage: str, value: float) -> None:
    network, jets = random_network(), random_jets(50)
    result = certify(network, [Copy(network, stage, value)], {"real jets": jets}, score_kind="real jets")
    assert result.total_differences == 1
    (first,) = result.first_differences
    assert (first.implementation, first.stage, first.event) == ("copy", stage, 3)
    assert not result.document()["clean"]


def test_the_first_wrong_stage_in_the_order_of_the_network_is_named() -> None:
    network, jets = random_network(), random_jets(50)

    class TwoWrong(Copy):
        def stages(self, jets: np.ndarray) -> Mapping[str, np.ndarray]:
            reals = dict(super().stages(jets))
            reals["pairs"] = reals["pairs"] + 1
            reals["score"] = reals["score"] + 1
            return reals

    result = certify(network, [TwoWrong(network)], {"real jets": jets}, score_kind="real jets")
    assert result.first_differences[0].stage == "pairs"


def test_wrong_shape_is_an_error() -> None:
    network = random_network()

    class Wrong(Copy):
        def stages(self, jets: np.ndarray) -> Mapping[str, np.ndarray]:
            return dict(super().stages(jets)) | {"score": np.zeros((len(jets), 2))}

    with pytest.raises(ValueError, match="score has shape"):
        certify(network, [Wrong(network)], {"real jets": random_jets(5)}, score_kind="real jets")


def test_edge_vectors_reach_every_requantisers_boundary() -> None:
    network, jets = random_network(), random_jets(500)
    vectors = edge_vectors(network, 20_000, 7, jets)
    assert sum(map(len, vectors.values())) >= 20_000
    result = certify(network, [], {"real jets": jets} | vectors, score_kind="real jets")
    places = {"dots.output", "pairs.row_sum", "pairs.total", "pairs.output", "score.output"}
    assert result.boundary_hits.keys() == places
    assert min(result.boundary_hits.values()) > 0
    assert result.saturated["dots.output"] > 0
    assert result.saturated["pairs.output"] > 0


def test_edge_vectors_are_reproducible_and_what_they_say() -> None:
    network, jets = random_network(), random_jets(500)
    one, two = (edge_vectors(network, 1000, 7, jets) for _ in range(2))
    other = edge_vectors(network, 1000, 8, jets)
    for kind in one:
        np.testing.assert_array_equal(one[kind], two[kind])
    key = "random over the full range"
    assert (one[key] != other[key]).any()
    assert not one["empty jet"].any()
    assert (one["full multiplicity"][:, :, 0] > 0).all()
    assert (one["one constituent"][:, 1:] == 0).all()
    lowest = network.input_type.lowest * network.input_type.lsb
    assert (one["every value lowest"] == lowest).all()
    halves = one["half steps of the input"] / network.input_type.lsb
    np.testing.assert_array_equal(np.abs(halves - np.trunc(halves)), 0.5)
