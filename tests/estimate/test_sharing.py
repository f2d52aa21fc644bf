"""The estimate and the verdict follow the initiation interval of networks that fold."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fpgajet.devices import budget, part
from fpgajet.estimate import Estimate, estimate, verdict
from fpgajet.estimate.blocks import blocks_of
from fpgajet.ops.network import Network
from tests.networks import random_network
from tests.vecnets import random_vecnet


@pytest.fixture(scope="module")
def network() -> Network:
    return random_vecnet(16, 4, 2, 2)


def of(network: Network, ii: int) -> Estimate:
    return estimate(network, part("xcvu13p"), 360.0, ii)


def test_pairs_shrink_with_the_interval(network: Network) -> None:
    """An edge layer at an interval of 4 has a quarter of its lanes, and multiplexers before them."""
    whole, folded = ({row.name: row for row in of(network, ii).operators} for ii in (1, 4))
    for name in ("s2_edge1", "s2_edge2"):
        assert 0.25 < folded[name].lut.value / whole[name].lut.value < 0.45
    assert 0.5 < folded["s1_edge1"].lut.value / whole["s1_edge1"].lut.value < 0.8, "(i, j) and (j, i) once"
    assert folded["v1"].dsp.value < 0.3 * whole["v1"].dsp.value
    assert folded["mask"].lut == whole["mask"].lut


def test_lut_falls_and_latency_rises(network: Network) -> None:
    rows = [of(network, ii).total for ii in (1, 2, 3, 6)]
    for fast, slow in pairwise(rows):
        assert slow.lut.value < fast.lut.value
        assert slow.dsp.value < fast.dsp.value
        assert slow.latency_cycles.value > fast.latency_cycles.value
    assert [row.ii.value for row in rows] == [1, 2, 3, 6]


def test_an_interval_beyond_the_columns_changes_nothing_more(network: Network) -> None:
    edges = [{row.name: row for row in of(network, ii).operators}["s2_edge2"].lut.value for ii in (16, 40)]
    assert edges[0] == edges[1]


@pytest.mark.parametrize(("ii", "status"), [(3, "pass"), (4, "fail")])
def test_the_throughput_row_takes_the_interval(network: Network, ii: int, status: str) -> None:
    """54 clocks at 360 MHz for 16 jets leave at most 3 clocks a jet."""
    rows = {row.name: row for row in verdict(of(network, ii), budget(), part("xcvu13p")).rows}
    assert (rows["initiation interval"].status, rows["initiation interval"].limit) == (status, 3)


def test_what_is_the_same_for_both_orders_of_a_pair_is_built_once(network: Network) -> None:
    """Unrolled: of 16 x 16 pairs, i = j never counts; where (i, j) equals (j, i) half of the others are left."""
    distinct = {block.name: block.inventory.shared for block in blocks_of(network)}
    parts = {name: folded.distinct for name, folded in distinct.items() if folded is not None}
    assert parts["s1_edge1"] == parts["v1_gate"] == pytest.approx(15 / 32)
    assert parts["s2_edge1"] == parts["h1_edge1"] == parts["v1"] == pytest.approx(15 / 16)
    assert parts["logs"] == pytest.approx(15 / 2 / 9), (
        "the ring of distances holds 9 x 16 pairs, 120 are distinct"
    )
    assert parts["dots"] == pytest.approx(15 / 17), "136 products p_i . p_j, of which 16 go nowhere"
    assert parts["s1_edge1"] == distinct["s1_edge1"].share(1) < distinct["s1_edge1"].share(2)


def test_nanopelican_reads_the_diagonal() -> None:
    dots = next(block for block in blocks_of(random_network()) if block.op_type == "DotProducts")
    assert dots.inventory.shared is not None
    assert dots.inventory.shared.distinct == 1
