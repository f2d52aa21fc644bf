"""Interval analysis: nothing can leave the type it was given, and no type is wider than it must be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fpgajet.fixed import FixedType
from fpgajet.ops import DotProducts, Operator
from fpgajet.ops.forms import MOMENTA, InputForm
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.interval_arithmetic import IntervalArithmetic, IntervalArray
from fpgajet.ops.network import Network, node_widths
from tests.foreign_networks import random_foreign
from tests.networks import LOG, PUPPI, PUPPI_SUM, TRIGGER, random_features, random_network, scaled, t
from tests.vecnets import every_network, random_vecnet


class Watch(IntegerArithmetic):
    """Remembers the extreme raw values of every noted intermediate."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int, int]] = {}

    def note(self, name: str, x: FixedArray) -> FixedArray:
        self.seen[name] = (int(x.raw.min()), int(x.raw.max()), x.fraction)
        return x


def extreme_inputs(operator: Operator, network: Network, count: int) -> list[FixedArray]:
    """Inputs of an operator at the ends of their types: mixed at random, and all high, all low."""
    rng = np.random.default_rng(5)
    node = next(n for n in network.nodes if n.operator is operator)
    arrays = []
    for name in node.inputs:
        kind, shape = network.types()[name], network.shapes()[name]
        raw = rng.choice([kind.lowest, kind.highest], (count, *shape))
        raw[0], raw[1] = kind.lowest, kind.highest
        arrays.append(FixedArray(raw, kind.fraction))
    return arrays


@pytest.mark.parametrize(
    ("form", "beams"), [(MOMENTA, 0), (MOMENTA, 1), (TRIGGER, 0), (LOG, 0), (PUPPI, 0), (PUPPI_SUM, 0)]
)
def test_every_intermediate_stays_in_its_type(form: InputForm, beams: int) -> None:
    check_intermediates(random_network(4, 2, beams, form=form))


def test_the_same_for_features_of_words() -> None:
    check_intermediates(random_features(4))


def test_the_same_with_weights_over_n() -> None:
    check_intermediates(scaled(random_network(4)))


def test_the_same_for_pools_and_factors() -> None:
    check_intermediates(random_foreign())


@pytest.mark.parametrize(("name", "network"), every_network())
def test_the_same_for_message_passing(name: str, network: Network) -> None:
    check_intermediates(network)


def check_intermediates(network: Network) -> None:
    widths = network.widths()
    for node in network.nodes:
        watch = Watch()
        tensors = {name: tensor.values for name, tensor in node.tensors.items()}
        node.operator.forward(watch, extreme_inputs(node.operator, network, 3000), tensors)
        assert watch.seen.keys() == widths[node.name].keys()
        for name, (lowest, highest, fraction) in watch.seen.items():
            kind = widths[node.name][name]
            assert kind.lowest <= lowest, (node.name, name)
            assert kind.highest >= highest, (node.name, name)
            assert kind.fraction == fraction


def test_the_width_of_a_dot_product_is_tight() -> None:
    # All pairs of extreme 4-bit momenta reach the whole worst case: lowest and highest are attained.
    kind = t("ap_fixed<4,4,AP_TRN,AP_SAT>")
    operator = DotProducts(t("ap_fixed<12,12,AP_TRN,AP_SAT>"), 2, 0)
    width = node_widths(operator, [((2, 4), kind)], {})["accumulator"]
    ends = np.array(list(product([kind.lowest, kind.highest], repeat=8))).reshape(-1, 2, 4)
    watch = Watch()
    operator.forward(watch, [FixedArray(ends, 0)], {})
    lowest, highest, _ = watch.seen["accumulator"]
    assert FixedType.holding(lowest, highest, 0) == width


def test_many_pairs_stay_within_the_limits() -> None:
    network = random_vecnet(16, 8, 2, 4)
    assert max(kind.bits for node in network.widths().values() for kind in node.values()) < 53
    assert max(kind.bits for kind in network.types().values()) <= 24


def test_wrapping_loses_all_knowledge_and_saturation_clips() -> None:
    x = IntervalArray.of_type((1,), FixedType(True, 8, 0))
    a = IntervalArithmetic()
    wrapped = a.quantise("x", x, t("ap_fixed<4,4>"))
    clipped = a.quantise("x", x, t("ap_fixed<4,4,AP_TRN,AP_SAT_SYM>"))
    assert (wrapped.lo[0], wrapped.hi[0]) == (-8, 7)
    assert (clipped.lo[0], clipped.hi[0]) == (-7, 7)


def test_more_than_53_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="53 bits"):
        node_widths(
            DotProducts(t("ap_fixed<24,24,AP_TRN,AP_SAT>"), 2, 0),
            [((2, 4), FixedType(True, 30, 0))],
            {},
        )
