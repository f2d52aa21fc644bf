"""Every operator against the paper's formula in exact rational numbers, written the slow, obvious way."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.fixed import FixedType, Rounding, from_real
from fpgajet.ops import JetRow, LinEq2to2Rounded
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node
from tests.networks import (
    random_jets,
    random_network,
    rounded_terms,
    scaled,
    symmetric,
    with_jet,
    with_row_sums,
)


def rounded(value: Fraction, to: FixedType) -> Fraction:
    scaled = value * Fraction(2) ** to.fraction
    ties = Fraction(1, 2) if to.rounding is Rounding.HALF_UP else Fraction(0)
    raw = round(scaled) if to.rounding is Rounding.HALF_EVEN else math.floor(scaled + ties)
    return Fraction(min(max(raw, to.lowest), to.highest)) / Fraction(2) ** to.fraction


def slow_pairs(node: Node, d: np.ndarray, p: list, row: list[Fraction], total: Fraction) -> np.ndarray:
    """LinEq2to2 with row sums and total that are given."""
    pairs = node.operator
    slots, hidden = pairs.slots, pairs.hidden
    m = [1] * (slots - len(p)) + [int(q[0] != 0) for q in p]
    w, bias, diagonal = (np.vectorize(Fraction)(node.tensors[name].values.real) for name in pairs.tensors)
    n = sum(m)
    w = w[n] if w.ndim == 3 else w
    z = np.zeros((slots, slots, hidden), dtype=object)
    for i, j, c in product(range(slots), range(slots), range(hidden)):
        aggregators = [Fraction(d[i, j]), (i == j) * row[i], row[j], row[i], total, (i == j) * total]
        if isinstance(pairs, LinEq2to2Rounded):
            half = (w[c, 4] * total + bias[n, c]) / 2
            on_diagonal = w[c, 1] * row[i] + w[c, 5] * total + diagonal[n, c]
            terms = w[c, 3] * row[i] + half, w[c, 2] * row[j] + half, on_diagonal * (i == j)
            y = w[c, 0] * aggregators[0] + sum(rounded(Fraction(x), pairs.term) for x in terms)
        else:
            y = sum(w[c, b] * aggregators[b] for b in range(6)) + bias[n, c] + (i == j) * diagonal[n, c]
        z[i, j, c] = rounded(max(y, Fraction(0)), pairs.output) * m[i] * m[j]
    return z


def slow_npelican(network: Network, jet: np.ndarray) -> dict[str, np.ndarray]:
    """Reference formulas (arXiv 2310.16121 with the rounding points of DESIGN.md), element by element."""
    dots_node, pairs_node, score_node = network.nodes[-3:]
    dots, pairs, score = dots_node.operator, pairs_node.operator, score_node.operator
    p = [[rounded(Fraction(float(x)), network.input_type) for x in row] for row in jet]
    if isinstance(network.nodes[0].operator, JetRow):
        p = [[sum(row[k] for row in p) for k in range(4)], *p]
    if dots.beams:
        p = [[1, 0, 0, 1], [1, 0, 0, -1], *p]
    m = [int(row[0] != 0) for row in p]
    slots, hidden = len(p), pairs.hidden
    every = list(product(range(slots), repeat=2))
    d = {
        (i, j): rounded(
            Fraction(p[i][0] * p[j][0] - p[i][1] * p[j][1] - p[i][2] * p[j][2] - p[i][3] * p[j][3]),
            dots.output,
        )
        for i, j in every
    }
    row = [
        rounded(sum(d[i, j] for j in range(slots)) / Fraction(2) ** pairs.row_exponent, pairs.row_sum)
        for i in range(slots)
    ]
    total = rounded(sum(d.values()) / Fraction(2) ** pairs.total_exponent, pairs.total)
    z = slow_pairs(
        pairs_node, np.array([[d[i, j] for j in range(slots)] for i in range(slots)]), p, row, total
    )
    n = sum(m)
    v, b2 = (np.vectorize(Fraction)(score_node.tensors[name].values.real) for name in score.tensors)
    v = v[n] if v.ndim == 3 else v
    outputs = score.scores
    result = b2[n].copy()
    for c in range(hidden):
        everything = sum(z[i, j, c] for i, j in every) / Fraction(2) ** score.sum_exponent
        trace = sum(z[i, i, c] for i in range(slots)) / Fraction(2) ** score.trace_exponent
        result += v[c, :outputs] * everything + v[c, outputs:] * trace
    square = np.array([[float(d[i, j]) for j in range(slots)] for i in range(slots)])
    return {
        "mask": np.array(m, float),
        "dots": square,
        "pairs": z.astype(float),
        "score": np.array([float(rounded(one, score.output)) for one in result]),
    }


@pytest.mark.parametrize("beams", [0, 1])
@pytest.mark.parametrize(("n", "hidden", "outputs"), [(1, 1, 1), (3, 2, 3), (4, 3, 1)])
@pytest.mark.parametrize("rounding", ["AP_RND_CONV", "AP_TRN"])
@pytest.mark.parametrize("alpha", [False, True])
def test_reference_equals_the_papers_formula(
    n: int, hidden: int, outputs: int, beams: int, rounding: str, alpha: bool
) -> None:
    network = random_network(n, hidden, beams, rounding=rounding, outputs=outputs)
    equals_the_formula(scaled(network) if alpha else network, random_jets(12, n))


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    beams=st.integers(0, 1),
    bits=st.integers(2, 10),
    integer=st.integers(-1, 8),
    rounding=st.sampled_from(["AP_RND_CONV", "AP_RND", "AP_TRN"]),
    known=st.booleans(),
)
def test_rounded_terms_equal_the_formula(
    seed: int, beams: int, bits: int, integer: int, rounding: str, known: bool
) -> None:
    network = random_network(2, 2, beams, seed=seed)
    network = symmetric(network, once=True) if known else network
    network = rounded_terms(network, f"ap_fixed<{bits},{integer},{rounding},AP_SAT>")
    equals_the_formula(network, random_jets(3, 2, seed=seed))


def test_rounding_terms_changes_scores() -> None:
    plain = random_network(4)
    raw = FixedArray(from_real(random_jets(50), plain.input_type), plain.input_type.fraction)
    exact, coarse = (x.reference(raw)["pairs"].raw for x in (plain, rounded_terms(plain)))
    fine = rounded_terms(plain, "ap_fixed<40,20,AP_TRN,AP_SAT>").reference(raw)["pairs"].raw
    assert (exact != coarse).any()
    np.testing.assert_array_equal(fine, exact)


def equals_the_formula(network: Network, jets: np.ndarray) -> None:
    stages = network.reference(FixedArray(from_real(jets, network.input_type), network.input_type.fraction))
    for event, jet in enumerate(jets):
        for name, expected in slow_npelican(network, jet).items():
            np.testing.assert_array_equal(
                stages[name].real[event], expected, err_msg=f"{name}, event {event}"
            )
    if len(jets) > 10:
        assert len(np.unique(stages["score"].raw)) >= (5 if len(jets[0]) > 1 else 2)


@pytest.mark.parametrize("beams", [0, 1])
def test_the_jet_may_be_a_row_of_its_own(beams: int) -> None:
    network = with_jet(random_network(4, 2, beams))
    kind = network.input_type
    extreme = np.full((2, 3, 4), [[[kind.highest * kind.lsb]], [[kind.lowest * kind.lsb]]])
    jets = np.concatenate([extreme, random_jets(30, 3)])
    stages = network.reference(FixedArray(from_real(jets, kind), kind.fraction))
    np.testing.assert_array_equal(stages["jet_row"].real[:, 0], stages["jet_row"].real[:, 1:].sum(1))
    for event, jet in enumerate(jets):
        for name, expected in slow_npelican(network, jet).items():
            np.testing.assert_array_equal(stages[name].real[event], expected, err_msg=name)
    assert len(np.unique(stages["score"].raw)) > 10


@pytest.mark.parametrize("network", [random_network(4), rounded_terms(random_network(4))])
def test_permuting_constituents_changes_nothing(network: Network) -> None:
    jets = random_jets(200)
    rng = np.random.default_rng(0)
    shuffled = np.stack([jet[rng.permutation(4)] for jet in jets])
    scores = [
        network.reference(FixedArray(from_real(x, network.input_type), network.input_type.fraction))[
            "score"
        ].raw
        for x in (jets, shuffled)
    ]
    np.testing.assert_array_equal(*scores)
    assert len(np.unique(scores[0])) > 20


@pytest.mark.parametrize("rounding", [False, True])
@pytest.mark.parametrize("beams", [0, 1])
def test_symmetric_weights_give_the_same_when_pairs_are_computed_once(beams: int, rounding: bool) -> None:
    network = random_network(4, 2, beams)
    network = rounded_terms(network) if rounding else network
    jets = random_jets(100)
    raw = FixedArray(from_real(jets, network.input_type), network.input_type.fraction)
    twice, once = (symmetric(network, known).reference(raw) for known in (False, True))
    for stage, values in twice.items():
        np.testing.assert_array_equal(once[stage].raw, values.raw, err_msg=stage)
    np.testing.assert_array_equal(once["pairs"].raw, np.swapaxes(once["pairs"].raw, 1, 2))
    assert len(np.unique(once["score"].raw)) > 20


def test_weights_that_are_not_symmetric_are_refused() -> None:
    network = random_network(4)
    pairs = network.nodes[2]
    changed = replace(pairs, operator=replace(pairs.operator, symmetric=1))
    with pytest.raises(ValueError, match="weights 2 and 3 differ"):
        replace(network, nodes=(*network.nodes[:2], changed, network.nodes[3]))


@pytest.mark.parametrize("beams", [0, 1])
def test_row_sums_are_products_with_the_jet(beams: int) -> None:
    network = with_row_sums(random_network(4, 2, beams))
    jets = random_jets(60)
    raw = from_real(jets, network.input_type)
    stages = network.reference(FixedArray(raw, network.input_type.fraction))
    rows, mix = network.nodes[2].operator, network.nodes[3].operator
    metric = (1, -1, -1, -1)
    totals = set()
    for event, jet in enumerate(raw * network.input_type.lsb):
        p = [[1, 0, 0, 1], [1, 0, 0, -1]] * beams + [[Fraction(float(x)) for x in row] for row in jet]
        whole = [sum(row[k] for row in p) for k in range(4)]
        exact = [sum(g * a * b for g, a, b in zip(metric, row, whole, strict=True)) for row in p]
        expected = [rounded(Fraction(s) / 2**rows.exponent, rows.output) for s in exact]
        assert [Fraction(v) for v in stages["rows"].real[event]] == expected
        total = rounded(sum(expected) * Fraction(2) ** (mix.row_exponent - mix.total_exponent), mix.total)
        totals.add(total)
        z = np.array(slow_pairs(network.nodes[3], stages["dots"].real[event], jet, expected, total))
        np.testing.assert_array_equal(stages["pairs"].real[event], z.astype(float))
    assert len(totals) > 10


def test_a_weight_of_d_that_depends_on_n_is_refused() -> None:
    network = scaled(random_network(4))
    node = network.nodes[2]
    weight = node.tensors["weight"]
    weight.values.raw[3, 0, 0] += 1
    with pytest.raises(ValueError, match="the weight of d must not depend on n"):
        Network("x", "momenta", network.input_shape, network.input_type, network.nodes)
