"""The estimate of a network: structure, intervals, and that it moves the right way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate import QUANTITIES, Estimate, estimate
from fpgajet.estimate.blocks import Block
from fpgajet.estimate.figures import Figure
from fpgajet.estimate.model import estimate_blocks
from fpgajet.ops.inventory import Inventory
from tests.networks import random_network

PART = part("xcvu13p")


def of(n: int = 8, clock: float = 200.0, ii: int = 1, name: str = "xcvu13p", **network: int) -> Estimate:
    return estimate(random_network(n, **network), part(name), clock, ii)


def test_structure() -> None:
    e = of()
    assert [o.name for o in e.operators] == ["mask", "dots", "pairs", "score"]
    assert (e.level, e.part, e.constituents) == ("model", PART.full_name, 8)
    for name in ("lut", "ff", "dsp", "bram"):
        total = sum(getattr(o, name).value for o in e.operators)
        assert getattr(e.total, name).value == pytest.approx(total, abs=len(e.operators))
    starts = [o.start_cycle for o in e.operators]
    assert starts[0] == starts[1] == 0, "mask and dot products read the same input"
    assert starts == sorted(starts)
    last = e.operators[-1]
    assert e.total.latency_cycles.value >= last.start_cycle + last.latency_cycles.value


def test_every_figure_has_interval_and_evidence() -> None:
    e = of()
    for row in (*e.operators, e.total, e.csynth):
        for name in QUANTITIES:
            figure = getattr(row, name)
            assert figure.low <= figure.value <= figure.high
            assert figure.evidence
    assert e.total.lut.low < e.total.lut.value < e.total.lut.high
    assert "held-out designs" in e.total.lut.evidence


def test_products_follow_the_dsp_rule() -> None:
    assert of(8).total.dsp.value == 4 * 8 * 9 / 2, "14 x 14 bits, one slice each, pairs i <= j only"
    assert of(8, beams=1).total.dsp.value == 4 * 8 * 9 / 2, "beams need no products"


def test_the_hls_report_is_expected_higher() -> None:
    e = of(16)
    assert 2 < e.csynth.lut.value / e.total.lut.value < 6
    assert e.csynth.dsp == e.total.dsp


def test_it_moves_the_right_way() -> None:
    small, large = of(4), of(16)
    for name in ("lut", "ff", "dsp", "latency_cycles"):
        assert getattr(large.total, name).value > getattr(small.total, name).value
    assert large.period_ns.value > small.period_ns.value
    assert of(8, clock=360).total.latency_cycles.value > of(8, clock=200).total.latency_cycles.value
    assert of(8, clock=360).total.latency_ns.value < of(8, clock=200).total.latency_ns.value
    slow, fast = of(8, name="xc7vx690t"), of(8, name="xcvu13p")
    assert slow.total.latency_cycles.value > fast.total.latency_cycles.value
    shared = of(8, ii=3)
    assert shared.total.dsp.value < fast.total.dsp.value
    assert shared.total.latency_cycles.value > fast.total.latency_cycles.value
    assert of(8, hidden=3).total.lut.value > of(8, hidden=1).total.lut.value


def test_plain_data() -> None:
    content = of().as_dict()
    first, second = content["hardware"]
    assert (first["level"], second["level"]) == ("model", "model-csynth")
    wanted = {
        "level",
        "latency_cycles",
        "latency_ns",
        "ii",
        "lut",
        "ff",
        "dsp",
        "bram",
        "intervals",
        "evidence",
    }
    assert wanted <= first.keys()
    assert first["intervals"]["lut"][0] < first["lut"] < first["intervals"]["lut"][1]
    assert first["latency_ns"] == pytest.approx(first["latency_cycles"] * 5)


@pytest.mark.parametrize(("clock", "ii"), [(0, 1), (-200, 1), (float("nan"), 1), (float("inf"), 1), (200, 0)])
def test_impossible_wishes(clock: float, ii: int) -> None:
    with pytest.raises(BadInput, match="not possible"):
        of(4, clock=clock, ii=ii)


def test_the_latency_is_that_of_the_longest_path() -> None:
    """Not of the last block: a graph may have several ends."""
    long, short = Inventory(adder_levels=40), Inventory(adder_levels=1)
    blocks = (Block("long", "Add", (), long, 8), Block("short", "Add", (), short, 8))
    e = estimate_blocks(blocks, 4, PART, 200.0)
    assert e.total.latency_cycles.value >= e.operators[0].latency_cycles.value > 5


def test_figures() -> None:
    one = Figure.spread(10, 1.25, "a")
    assert (one.low, one.high) == (8, 12.5)
    assert (one + replace(one, evidence="b")).high == 25
    assert (one + replace(one, evidence="b")).evidence == "a; b"
    assert one.map(lambda x: 2 * x).low == 16
    assert Figure(2.4, 1.6, 3.2, "").rounded() == Figure(2, 1, 4, "")
    assert str(Figure.exact(3, "")) == "3"
