"""Directed edge vectors reach corners that random ones miss, and the certificate names those that none reached."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.verify import boundaries
from fpgajet.verify.boundaries import BoundaryCounter, possible_corners, unreached
from fpgajet.verify.certificate import certify
from fpgajet.verify.directed import extremes
from fpgajet.verify.holes import holes
from fpgajet.verify.vectors import edge_vectors
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import HERE
from tests.networks import LOG, PUPPI, TRIGGER, random_jets, random_network
from tests.verify.mutants import mutants


@pytest.fixture(scope="module")
def npelican() -> Network:
    return load_model(open_checkpoint(HERE / "npelican-n8-c2")).network()


@pytest.fixture(scope="module")
def events(npelican: Network) -> dict[str, np.ndarray]:
    return edge_vectors(npelican, 6000, 1, random_jets(2000, 8, narrow=True))


def test_both_mutants_are_caught(npelican: Network, events: dict[str, np.ndarray]) -> None:
    result = certify(npelican, mutants(npelican), events, score_kind="empty jet")
    assert result.differences["narrow trace"] > 0
    assert result.differences["clipped score"] > 0


def test_they_are_caught_by_directed_events_alone(npelican: Network, events: dict[str, np.ndarray]) -> None:
    """Events that are not directed miss both, and a mutant with nothing wrong is never caught."""
    others = {kind: jets for kind, jets in events.items() if not kind.startswith("directed")}
    missed = certify(npelican, mutants(npelican), others, score_kind="empty jet")
    assert missed.total_differences == 0
    right = certify(npelican, mutants(npelican, missing=0), events, score_kind="empty jet")
    assert right.total_differences == 0


@pytest.mark.parametrize("form", [None, TRIGGER, LOG, PUPPI])
def test_directed_events_are_inputs_of_the_network(form: object) -> None:
    network = random_network(4) if form is None else random_network(4, form=form)  # type: ignore[arg-type]
    jets = network.form.features(random_jets(50))
    raw = extremes(network, 40, 3, jets, generations=5)
    assert raw.shape == (40, *network.input_shape)
    assert len(np.unique(raw, axis=0)) == 40
    assert (raw >= network.input_type.lowest).all()
    assert (raw <= network.input_type.highest).all()
    again = extremes(network, 40, 3, jets, generations=5)
    np.testing.assert_array_equal(raw, again)


def test_the_search_reaches_further_than_its_start() -> None:
    network = random_network(4)
    few, many = (run(network, extremes(network, 500, 1, random_jets(200), n)) for n in (0, 40))
    corners = possible_corners(network)[0]
    assert len(unreached(network, many)) < len(unreached(network, few)) < sum(map(len, corners.values()))


def run(network: Network, raw: np.ndarray) -> BoundaryCounter:
    counter = BoundaryCounter(network)
    network.reference(FixedArray(raw, network.input_type.fraction), counter)
    return counter


def test_holes_come_in_every_pattern() -> None:
    network = random_network(4)
    raw = holes(network, 16, 1)
    patterns = {tuple(row) for row in (raw[..., 0] != 0)}
    assert len(patterns) == 16
    assert ((raw != 0).any(-1) == (raw[..., 0] != 0)).all()
    sampled = holes(random_network(8), 100, 1)
    assert len({tuple(row) for row in (sampled[..., 0] != 0)}) == 100


def test_clips_are_counted_apart_and_what_is_missing_is_named() -> None:
    network = random_network(4)
    highest = np.full((1, 4, 4), network.input_type.highest)
    empty = run(network, np.zeros((1, 4, 4), np.int64))
    assert not empty.corners["dots.output"][boundaries.TOP]
    named = unreached(network, empty)
    assert f"dots.output: {boundaries.TOP}" in named
    assert f"dots.output: {boundaries.BOTTOM}" in named
    alone = highest.copy()
    alone[..., 1:] = 0  # E^2 without momentum is the largest d there is
    found = run(network, np.concatenate([highest, alone]))
    assert found.corners["dots.output"][boundaries.TOP] == 10  # pairs i <= j
    assert found.corners["dots.output"][boundaries.BOTTOM] == 10
    assert found.saturated["dots.output"] == 20
    assert f"dots.output: {boundaries.TOP}" not in unreached(network, found)


def test_ends_of_tables_are_counted() -> None:
    network = random_network(4)
    places = possible_corners(network)[1]
    assert places["pairs.table 0"] == (0, 4)
    counter = run(network, from_real(random_jets(200), network.input_type))
    assert counter.corners["pairs.table 0"][boundaries.FIRST] > 0
    assert counter.corners["pairs.table 0"][boundaries.LAST] > 0


def test_the_highest_bit_of_an_intermediate_is_counted_where_it_is_needed() -> None:
    """A signed value of W bits needs its highest bit from 2^(W-2) on, and below -2^(W-2)."""
    network = random_network(4)
    width = network.widths()["dots"]["accumulator"]
    half = 1 << width.bits - 2
    for value, corner in (
        (half - 1, ""),
        (half, boundaries.POSITIVE),
        (-half, ""),
        (-half - 1, boundaries.NEGATIVE),
    ):
        counter = BoundaryCounter(network)
        counter.enter("dots")
        counter.note("accumulator", FixedArray.of_type(np.array([value]), width))
        reached = counter.corners["dots.accumulator (intermediate)"]
        assert reached == {
            name: int(name == corner) for name in (boundaries.POSITIVE, boundaries.NEGATIVE)
        }, value
