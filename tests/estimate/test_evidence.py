"""Evidence and range belong to the operators that a figure comes from."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import part
from fpgajet.estimate import QUANTITIES, Estimate, estimate
from fpgajet.estimate.calibration import calibration
from fpgajet.estimate.sources import of_onnx
from fpgajet.ops import OPERATORS
from tests.estimate.onnx_models import Model
from tests.networks import random_network
from tests.vecnets import random_vecnet

PART = part("xcvu9p")
FITTED = ("latency_cycles", "lut", "ff", "dsp")


def jet_tagger(path: Path, uniform: bool = False) -> Estimate:
    """16-64-32-32-5 with 6 bits, the layers of the published design."""
    m = Model((16,), seed=1)
    x = m.quant("x", 16, 2.0**-10)
    sizes = (16, 64, 32, 32, 5)
    for k, (before, after) in enumerate(pairwise(sizes)):
        y = m.dense(x, before, after, 6)
        if uniform:  # every weight of 6 bits as likely as any other: the largest such network
            values = m.rng.integers(-32, 32, (before, after)) / 16
            m.constants[[c.name for c in m.constants].index(m.nodes[-2].input[0])].raw_data = values.astype(
                np.float32
            ).tobytes()
        x = m.node("Add", [y, m.constant(f"b{k}", np.ones(after, np.float32))])
        if k < len(sizes) - 2:
            x = m.quant(m.node("Relu", [x]), 6, 2.0**-4, signed=0)
    return of_onnx(m.save(path, x)).estimate(PART, 200)


@pytest.mark.parametrize("uniform", [False, True])
def test_the_published_jet_tagger_lies_in_every_range(tmp_path: Path, uniform: bool) -> None:
    """39,782 LUT, 8,128 FF, 124 DSP, 55 ns at 200 MHz with a softmax (arXiv:2006.10159, Q6)."""
    total = jet_tagger(tmp_path / "m.onnx", uniform).total
    assert total.lut.low < 39_782 < total.lut.high
    assert total.ff.low < 8_128 < total.ff.high
    assert total.dsp.low <= 124 < total.dsp.high
    assert total.latency_cycles.low <= 11 <= total.latency_cycles.high
    for name in FITTED:
        evidence = getattr(total, name).evidence
        assert evidence.startswith("assumed")
        assert "held-out" not in evidence


def test_message_passing_was_never_fitted() -> None:
    e = estimate(random_vecnet(8, 4, 2, 2), PART, 200)
    for name in FITTED:
        evidence = getattr(e.total, name).evidence
        assert "assumed" in evidence, name
        assert "on 22 held-out" not in evidence, name
    assert e.total.ff.high > 6.5 * e.total.ff.value * 0.9
    assert e.csynth.ff.high / e.csynth.ff.value > 6
    mask = next(o for o in e.operators if o.op_type == "ConstituentMask")
    assert "held-out designs" in mask.lut.evidence, "of an operator that was fitted"


def test_ranges_of_the_calibrated_operators_are_those_of_the_fit() -> None:
    e, known = estimate(random_network(8), PART, 200), calibration()
    assert e.total.lut.high / e.total.lut.value == pytest.approx(known.spread("lut"), rel=1e-3)
    assert e.total.ff.high / e.total.ff.value == pytest.approx(known.spread("ff"), rel=1e-3)
    for name in FITTED:
        assert "assumed" not in getattr(e.total, name).evidence


def test_every_operator_has_a_group() -> None:
    known = calibration()
    assert {name for names in known.groups.values() for name in names} <= OPERATORS.keys()
    groups = {known.group(name) for name in OPERATORS}
    assert groups == {"fitted", "variant", "message"}
    assert known.group("DotProducts", own=False) == "standard"


def test_what_is_assumed_is_wider_than_what_was_fitted() -> None:
    known = calibration()
    for group, errors in known.assumed.items():
        for quantity, error in errors.items():
            assert error.spread > known.spread(quantity), (group, quantity)
            assert error.designs == 0
            assert error.evidence.startswith("assumed")


def test_every_figure_says_where_it_comes_from(tmp_path: Path) -> None:
    for e in (jet_tagger(tmp_path / "m.onnx"), estimate(random_vecnet(4, 4, 2, 2), PART, 200, ii=2)):
        for row in (*e.operators, e.total, e.csynth):
            for name in QUANTITIES:
                figure = getattr(row, name)
                assert figure.evidence
                assert figure.low <= figure.value <= figure.high
