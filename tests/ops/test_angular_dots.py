"""TriggerDots and LogDots against their formulas, element by element, and what their tables must fulfil."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fpgajet.estimate.blocks import blocks_of
from fpgajet.fixed import FixedType, from_real
from fpgajet.ops import LogDots, TriggerDots
from fpgajet.ops.forms import InputForm
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.interval_arithmetic import IntervalArithmetic, IntervalArray
from fpgajet.ops.network import Network, Tensor
from tests.networks import LOG, TRIGGER, random_jets, random_network, t, without_soft_pairs


def wrapped(value: int, bits: int, signed: bool) -> int:
    value %= 1 << bits
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def slow_dots(network: Network, x: np.ndarray) -> np.ndarray:
    """The formula of the operator's docstring on one jet of integers, in Python integers."""
    node = next(node for node in network.nodes if node.name == "dots")
    op, tables = node.operator, {name: tensor.values.raw.tolist() for name, tensor in node.tensors.items()}
    assert isinstance(op, TriggerDots | LogDots)
    n, last = len(x), op.address.highest
    pt = [wrapped(int(row[0]), op.pt.bits, False) for row in x]
    angle = [[wrapped(int(v), op.angle.bits, True) for v in row[1:]] for row in x]
    result = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i == j or (isinstance(op, LogDots) and op.pairs_below and i + j >= op.pairs_below):
                continue
            high = tables["eta_table"][min(abs(angle[i][0] - angle[j][0]), last)]
            wide = tables["phi_table"][min(abs(angle[i][1] - angle[j][1]), last)]
            if isinstance(op, TriggerDots):
                fraction = node.tensors["eta_table"].values.fraction
                scaled = pt[i] * pt[j] * (high + wide) / 2.0**fraction / op.output.lsb
                result[i, j] = min(np.rint(scaled), op.output.highest) * op.output.lsb
            else:
                k = pt[i] + pt[j] + wide + tables["sum_table"][high - wide]
                k = min(max(k, 0), op.exponent.highest) if pt[i] and pt[j] else 0
                result[i, j] = tables["power_table"][k] * node.tensors["power_table"].type.lsb
    return result


@pytest.mark.parametrize(("form", "below"), [(TRIGGER, 0), (LOG, 0), (LOG, 4)])
def test_reference_equals_the_formula(form: InputForm, below: int) -> None:
    network = without_soft_pairs(random_network(4, form=form), below)
    kind = network.input_type
    rng = np.random.default_rng(4)
    jets = [
        from_real(form.features(random_jets(40, narrow=True)), kind),
        rng.integers(kind.lowest, kind.highest + 1, (40, 4, 3)),  # out of range: the columns wrap
    ]
    for raw in jets:
        stages = network.reference(FixedArray(raw, 0))
        for event, jet in enumerate(raw):
            np.testing.assert_array_equal(stages["dots"].real[event], slow_dots(network, jet))
            np.testing.assert_array_equal(stages["mask"].raw[event], jet[:, 0] != 0)
        assert len(np.unique(stages["dots"].raw)) > 20
        assert len(np.unique(stages["score"].raw)) > 10


@pytest.mark.parametrize("form", [TRIGGER, LOG])
def test_close_to_the_products_of_momenta(form: InputForm) -> None:
    network = random_network(4, form=form)
    features = form.features(random_jets(500, narrow=True))
    found = network.reference(FixedArray(from_real(features, network.input_type), 0))["dots"].real
    p = form.momenta(features)
    exact = np.einsum("bim,m,bjm->bij", p, np.array([1, -1, -1, -1]), p)
    inside = (exact > 200) & (exact < 7000)
    assert inside.sum() > 500
    assert abs(np.median(found[inside] / exact[inside]) - 1) < 0.05
    assert np.quantile(np.abs(found[inside] / exact[inside] - 1), 0.9) < 0.25


def test_an_empty_slot_has_no_products() -> None:
    for form in (TRIGGER, LOG):
        network = random_network(4, form=form)
        raw = np.full((1, 4, 3), 5)
        raw[0, 2] = 0
        dots = network.reference(FixedArray(raw, 0))["dots"].raw[0]
        assert (dots[2] == 0).all()
        assert (dots[:, 2] == 0).all()
        assert (np.diag(dots) == 0).all()


def test_pairs_that_are_left_out_need_no_cells() -> None:
    full, fewer = (without_soft_pairs(random_network(4, form=LOG), below) for below in (0, 4))
    assert [len(network.nodes[1].operator.computed()[0]) for network in (full, fewer)] == [10, 6]
    assert blocks_of(fewer)[1].inventory.shared.distinct == pytest.approx(4 / 6)
    assert blocks_of(full)[1].inventory.shared.distinct == 1


def test_no_pair_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="pairs_below is 0 or at least 2, not 1"):
        without_soft_pairs(random_network(4, form=LOG), 1)


def test_tables_that_do_not_fit_are_refused() -> None:
    network = random_network(4, form=LOG)
    node = network.nodes[1]
    values = node.tensors["phi_table"].values
    broken = {"phi_table": Tensor(FixedArray(values.raw + 63, 0), FixedType(False, 8, 0))}
    nodes = (network.nodes[0], replace(node, tensors={**node.tensors, **broken}), *network.nodes[2:])
    with pytest.raises(ValueError, match=r"addresses .* of the table of corrections"):
        replace(network, nodes=nodes)
    powers = node.tensors["power_table"]
    broken = {"power_table": Tensor(FixedArray(powers.values.raw + 1, 0), powers.type)}
    nodes = (network.nodes[0], replace(node, tensors={**node.tensors, **broken}), *network.nodes[2:])
    with pytest.raises(ValueError, match="empty pair"):
        replace(network, nodes=nodes)


def test_a_form_and_an_input_that_do_not_fit_are_refused() -> None:
    network = random_network(4, form=LOG)
    with pytest.raises(ValueError, match="4 numbers a constituent"):
        replace(network, form=random_network(4).form)
    with pytest.raises(ValueError, match="needs the input type"):
        replace(network, input_type=t("ap_fixed<9,9,AP_RND_CONV,AP_SAT>"))


def test_intervals_of_absolute_values_and_tables() -> None:
    a = IntervalArithmetic()
    x = IntervalArray(np.array([-5, -7, 2], object), np.array([3, -2, 6], object), 0)
    absolute = a.abs(x)
    assert (absolute.lo.tolist(), absolute.hi.tolist()) == ([0, 2, 2], [5, 7, 6])
    table = a.constant(np.array([9.0, 1, 2, 3, 4, 5, 6, 7]))
    found = a.lookup(table, absolute)
    assert (found.lo.tolist(), found.hi.tolist()) == ([1, 2, 2], [9, 7, 6])
    with pytest.raises(ValueError, match=r"looked up at 0\.\.8"):
        a.lookup(table, absolute + a.constant(np.array([0.0, 1.0, 0.0])))
