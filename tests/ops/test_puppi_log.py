"""PuppiLog against its formula, word by word, and the input form that writes the words."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.ops import PuppiLog
from fpgajet.ops.forms import Log, Puppi
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from tests.networks import PUPPI, front_end, random_jets, random_network, t

FORMS = [PUPPI, Puppi(), Puppi(pt_lsb=0.0625, pt_bits=6, steps=4, angle_steps=120, angle_bits=6)]
PT = st.integers(0, (1 << 14) - 1) | st.integers(0, 40)
ETA = st.integers(-(1 << 11), (1 << 11) - 1)
PHI = st.integers(-(1 << 10), (1 << 10) - 1)
CANDIDATE = st.tuples(PT, ETA, PHI, st.integers(0, (1 << 27) - 1))


def words_of(candidates: list[tuple[int, int, int, int]]) -> np.ndarray:
    """Pieces [N + 1, 4] of words with these fields; the last one fills the bits that are not read."""
    words = [pt | (eta & 0xFFF) << 14 | (phi & 0x7FF) << 26 | rest << 37 for pt, eta, phi, rest in candidates]
    return np.array([[word >> 16 * k & 0xFFFF for k in range(4)] for word in words])


def found(form: Puppi, pieces: np.ndarray) -> np.ndarray:
    """(l, eta, phi) of [events, N + 1, 4] pieces by the integer reference."""
    (node,) = front_end(form, pieces.shape[1] - 1)
    table = {"log_table": node.tensors["log_table"].values}
    return node.operator.forward(IntegerArithmetic(), [FixedArray(pieces, 0)], table).at(0)


def expected(form: Puppi, candidates: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    """By the formula, in exact fractions."""
    (_, jet_eta, jet_phi, _), *rest = candidates
    factor = Fraction(round(128 * form.angle_steps / 720), 128)
    low, high = -(1 << form.angle_bits - 1), (1 << form.angle_bits - 1) - 1
    out = []
    for pt, eta, phi, _ in rest:
        if pt == 0:
            out.append((0, 0, 0))
            continue
        e = pt.bit_length() - 1
        mantissa = int(Fraction(pt, 1 << e) * 64) - 64
        logarithm = round(
            form.steps * (math.log2(1 + (mantissa + 0.5) / 64) + math.log2(0.25 / form.pt_lsb) - 2)
        )
        around = phi - jet_phi
        around += 1440 * ((around < -720) - (around > 719))
        angles = [min(max(math.floor(factor * x), low), high) for x in (eta - jet_eta, around)]
        out.append((min(logarithm + form.steps * (e + 2), (1 << form.pt_bits) - 1), *angles))
    return out


@given(st.sampled_from(FORMS), st.lists(CANDIDATE, min_size=2, max_size=5))
def test_the_operator_is_its_formula(form: Puppi, candidates: list[tuple[int, int, int, int]]) -> None:
    result = found(form, words_of(candidates)[None])[0]
    assert [tuple(row) for row in result.tolist()] == expected(form, candidates)


def test_every_pt_and_every_difference_of_phi() -> None:
    form = FORMS[2]
    every = [(pt, 3, -700, 0) for pt in range(1 << 14)]
    jet = (1, 0, 700, 0)
    pieces = words_of([jet, *every])
    result = found(form, np.stack([np.stack([pieces[0], word]) for word in pieces[1:]]))[:, 0]
    assert [tuple(row) for row in result.tolist()] == expected(form, [jet, *every])
    logs = result[1:, 0]
    assert (np.diff(logs) >= 0).all()
    assert logs[0] == round(4 * math.log2(0.25 / 0.0625))
    turns = [(9, 0, phi, 0) for phi in range(-720, 720)]
    for axis in (-720, -1, 0, 719):
        jet = (1, 0, axis, 0)
        pieces = words_of([jet, *turns])
        result = found(form, np.stack([np.stack([pieces[0], word]) for word in pieces[1:]]))[:, 0]
        assert [tuple(row) for row in result.tolist()] == expected(form, [jet, *turns])


def test_the_numbers_are_those_of_the_form_log() -> None:
    """Up to one step of rounding, and 1.6 % of an angle: both describe the same candidates."""
    words, log = FORMS[2], Log(pt_lsb=0.0625, pt_bits=6, steps=4, angle_steps=120, angle_bits=6)
    jets = random_jets(400, 8, narrow=True)
    jets = jets[(np.hypot(jets[..., 1], jets[..., 2]) > 2).sum(-1) > 1]
    mine, theirs = found(words, words.features(jets).astype(np.int64)), log.features(jets).astype(np.int64)
    np.testing.assert_array_equal(mine[..., 0] > 0, theirs[..., 0] > 0)
    hard = np.hypot(jets[..., 1], jets[..., 2]) > 4
    assert np.abs(mine - theirs)[..., 0][hard].max() <= 1
    inner = (np.abs(theirs[..., 1:]) < 28).all(-1) & (theirs[..., 0] > 0)
    assert np.abs(mine - theirs)[inner][:, 1:].max() <= 2
    assert np.unique(mine[..., 1]).size > 20


def test_words_hold_the_momenta() -> None:
    jets = random_jets(200, narrow=True)
    features = PUPPI.features(jets)
    assert features.shape == (200, 5, 4)
    np.testing.assert_array_equal(features[:, 1:, 0].astype(int) & 0x3FFF != 0, jets[..., 0] != 0)
    back = PUPPI.momenta(features)
    pt = [np.hypot(p[..., 1], p[..., 2]) for p in (jets, back)]
    np.testing.assert_allclose(*pt, atol=0.2)
    hard = pt[0] > 5
    np.testing.assert_allclose(back[hard][:, 1:], jets[hard][:, 1:], rtol=0.03, atol=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": t("ap_fixed<6,6,AP_TRN,AP_SAT>")}, "l has no sign"),
        ({"number": t("ap_ufixed<6,6>")}, "saturate"),
        ({"angle": t("ap_fixed<6,5,AP_TRN,AP_SAT>")}, "integers"),
        ({"output": t("ap_fixed<6,6,AP_TRN,AP_SAT>")}, "holds l"),
        ({"angle_steps": 721}, "half a turn"),
        ({"steps": 0}, "at least one step"),
        ({"constituents": 3}, "needs"),
    ],
)
def test_what_does_not_fit(change: dict[str, object], message: str) -> None:
    operator = front_end(PUPPI, 4)[0].operator
    assert isinstance(operator, PuppiLog)
    with pytest.raises(ValueError, match=message):
        replace(operator, **change).output_shape((5, 4))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="l = 0"):
        operator.check_tensors({"log_table": FixedArray(np.full(64, -8), 0)})


def test_the_constituents_of_a_network_are_the_words_without_the_jets() -> None:
    network = random_network(form=PUPPI)
    assert (network.constituents, network.input_shape) == (4, (5, 4))
