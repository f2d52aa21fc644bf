"""PuppiAxis and PuppiSort against what they are defined as, by brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.ops import PuppiAxis, PuppiSort
from fpgajet.ops.forms import Puppi, form_from_json
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.operator import Operator
from fpgajet.ops.puppi_sort import layers
from tests.networks import PUPPI, PUPPI_SUM, random_jets, random_network, t
from tests.ops.test_puppi_log import CANDIDATE, ETA, PHI, words_of

PIECE = t("ap_ufixed<16,16,AP_RND_CONV,AP_SAT>")
Candidates = list[tuple[int, int, int, int]]
#: As in a jet: close to each other, on both sides of the seam in phi, few different pT.
NEARBY = st.tuples(
    st.integers(0, 5) | st.integers(0, 1 << 12), st.integers(-9, 9), st.integers(-9, 9), st.just(0)
)


def found(operator: Operator, candidates: Candidates) -> np.ndarray:
    """Pieces by the integer reference."""
    return operator.forward(IntegerArithmetic(), [FixedArray(words_of(candidates)[None], 0)], {}).at(0)[0]


def wrapped(angle: int) -> int:
    return angle + 1440 * ((angle < -720) - (angle > 719))


def mean(candidates: Candidates, differences: list[int]) -> int:
    """The mean weighted with pT, rounded down; 0 without pT."""
    total = sum(c[0] for c in candidates)
    near = [min(max(x, -512), 511) for x in differences]
    return sum(c[0] * x for c, x in zip(candidates, near, strict=True)) // total if total else 0


def jet_word(candidates: Candidates) -> np.ndarray:
    """The word that PuppiAxis puts first."""
    _, eta, phi, _ = candidates[0]
    eta_jet = eta + mean(candidates, [c[1] - eta for c in candidates])
    phi_jet = wrapped(phi + mean(candidates, [wrapped(c[2] - phi) for c in candidates]))
    return words_of([(min(sum(c[0] for c in candidates), (1 << 14) - 1), eta_jet, phi_jet, 0)])[0]


@settings(max_examples=40)
@given(st.lists(CANDIDATE, min_size=1, max_size=9) | st.lists(NEARBY, min_size=1, max_size=9), PHI, ETA)
def test_the_axis_is_the_mean_weighted_with_pt(candidates: Candidates, phi: int, eta: int) -> None:
    moved = [
        (pt, min(max(x + eta, -2048), 2047), (y + phi + 1024) % 2048 - 1024, rest)
        for pt, x, y, rest in candidates
    ]
    for each in (candidates, moved):
        words = found(PuppiAxis(PIECE, len(each)), each)
        np.testing.assert_array_equal(words[0], jet_word(each))
        np.testing.assert_array_equal(words[1:], words_of(each))


def test_axes_at_the_ends() -> None:
    """No candidate, the largest sums on either side, and a jet across the seam in phi."""
    for each in (
        [(0, 5, -3, 1), (0, 7, 7, 0)],
        [(16383, -2048, -720, 0), *[(16383, 2047, 200, 0)] * 15],
        [(16383, 2047, 719, 0), *[(16383, -2048, 0, 0)] * 15],
        [(0, 2047, 719, 0), (16383, -2048, -1, 0)],
        [(40, 0, 719, 0), (40, 3, -720, 0), (1, 0, -718, 0)],
    ):
        np.testing.assert_array_equal(found(PuppiAxis(PIECE, len(each)), each)[0], jet_word(each))
    assert jet_word(each)[2] & 0x1F == 719 >> 6  # of the last one: on the side where most pT is


@pytest.mark.parametrize("header", [0, 1])
@settings(max_examples=40)
@given(candidates=st.lists(CANDIDATE | NEARBY, min_size=2, max_size=17))
def test_candidates_leave_in_falling_pt_and_ties_in_their_order(header: int, candidates: Candidates) -> None:
    words = found(PuppiSort(PIECE, len(candidates) - header, header), candidates)
    ranked = candidates[:header] + sorted(candidates[header:], key=lambda c: -c[0])
    np.testing.assert_array_equal(words, words_of(ranked))


@pytest.mark.parametrize("n", range(1, 13))
def test_the_network_sorts(n: int) -> None:
    """Every sequence of zeros and ones, and therefore every sequence (Knuth 5.3.4, theorem Z)."""
    rows = np.array(list(product([0, 1], repeat=n)))
    for layer in layers(n):
        used = [row for pair in layer for row in pair]
        assert len(set(used)) == len(used)
        for i, j in layer:
            rows[:, i], rows[:, j] = rows[:, [i, j]].max(1), rows[:, [i, j]].min(1)
    assert (np.diff(rows, axis=1) <= 0).all()


def test_the_network_of_sixteen_is_that_of_batcher() -> None:
    assert [len(layer) for layer in layers(16)] == [8, 8, 4, 8, 4, 6, 8, 4, 6, 7]


@pytest.mark.parametrize(
    ("operator", "shape", "message"),
    [
        (PuppiAxis(PIECE, 4), (5, 4), "needs"),
        (PuppiSort(PIECE, 4, 1), (4, 4), "needs"),
        (PuppiSort(PIECE, 4, 2), (6, 4), "0 or 1 words"),
        (PuppiAxis(replace(PIECE, bits=12), 4), (4, 4), "16 bits"),
        (PuppiSort(replace(PIECE, signed=True), 4, 0), (4, 4), "16 bits"),
    ],
)
def test_what_does_not_fit(operator: Operator, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        operator.output_shape(shape)


def test_the_form_says_what_comes_on_the_link() -> None:
    assert (PUPPI_SUM.header_rows, PUPPI_SUM.row_names(2)) == (0, ["constituent_00", "constituent_01"])
    assert list(PUPPI_SUM.front_end(4)) == ["sort", "axis", "prepare"]
    assert form_from_json(PUPPI_SUM.to_json()) == PUPPI_SUM
    jets = random_jets(50, narrow=True)
    with_axis, without = PUPPI.features(jets), PUPPI_SUM.features(jets)
    np.testing.assert_array_equal(with_axis[:, 1:], without)
    np.testing.assert_array_equal(PUPPI.momenta(with_axis), PUPPI_SUM.momenta(without))
    for change, message in ({"axis": "beam"}, "axis"), ({"order": "up"}, "order"), ({"axis": 3}, "a word"):
        with pytest.raises(ValueError, match=message):
            form_from_json(PUPPI.to_json() | change)


def test_scores_do_not_depend_on_the_order_and_hardly_on_where_the_axis_comes_from() -> None:
    """Only differences of angles count, so another axis changes how they round."""
    jets = random_jets(300, narrow=True)
    network, word = random_network(form=PUPPI_SUM), random_network(form=PUPPI)
    raw = Puppi.features(PUPPI_SUM, jets).astype(np.int64)
    score = network.reference(FixedArray(raw, 0))["score"].raw
    order = np.random.default_rng(1).permutation(4)
    np.testing.assert_array_equal(network.reference(FixedArray(raw[:, order], 0))["score"].raw, score)
    theirs = word.reference(FixedArray(PUPPI.features(jets).astype(np.int64), 0))["score"].raw
    assert np.corrcoef(score.ravel(), theirs.ravel())[0, 1] > 0.95
