"""Errors of metrics against brute force, the bootstrap, and toy experiments with a known truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from quant.metrics import (
    background_efficiency,
    background_errors,
    paired_differences,
    roc_curve,
    tagging_errors,
    tagging_metrics,
)

NAMES = ("accuracy", "auc", "inverse_background_efficiency_30", "inverse_background_efficiency_50")
Real = NDArray[np.float64]

#: few values, so that most jets are tied; two jets of each class at least
classes = st.lists(st.integers(-3, 3), min_size=2, max_size=14)


def toy(rng: np.random.Generator, jets: tuple[int, int], step: float = 0.0) -> tuple[Real, Real, Real]:
    """Labels, and the scores of two taggers that share most of their noise; with steps they tie."""
    label = np.repeat([0.0, 1.0], jets)
    first = rng.normal(size=len(label)) + 1.8 * label - 0.9
    second = first + 0.15 * rng.normal(size=len(label))
    if step:
        first, second = (np.round(s / step) * step for s in (first, second))
    return label, first, second


@given(classes, classes)
def test_delong_is_the_formula_of_the_paper(signal: list[int], background: list[int]) -> None:
    """Equations 3 to 6 of DeLong, DeLong and Clarke-Pearson 1988, pair by pair."""
    psi = np.array([[1.0 if s > b else 0.5 if s == b else 0.0 for b in background] for s in signal])
    expected = psi.mean(1).var(ddof=1) / len(signal) + psi.mean(0).var(ddof=1) / len(background)
    label = [1] * len(signal) + [0] * len(background)
    found = tagging_errors(label, [*signal, *background])["auc_error"]
    assert found == pytest.approx(np.sqrt(expected), abs=1e-12)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=12), st.data())
def test_paired_delong_is_the_covariance_of_the_paper(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    others = data.draw(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=12))
    psi = [
        np.array([[np.sign(s[k] - b[k]) / 2 + 0.5 for b in others] for s in pairs]) for k in (0, 1)
    ]  # [tagger][signal, background]
    covariance = np.zeros((2, 2))
    for i, j in product((0, 1), repeat=2):
        rows, columns = (np.cov(psi[i].mean(axis), psi[j].mean(axis))[0, 1] for axis in (1, 0))
        covariance[i, j] = rows / len(pairs) + columns / len(others)
    expected = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    label = [1] * len(pairs) + [0] * len(others)
    first, second = zip(*pairs, *others, strict=True)
    found = paired_differences(label, first, second)["auc"]
    assert found["error"] == pytest.approx(np.sqrt(max(expected, 0.0)), abs=1e-7)
    assert found["value"] == pytest.approx(psi[0].mean() - psi[1].mean())


@given(classes, classes)
def test_the_error_of_the_accuracy_is_binomial(signal: list[int], background: list[int]) -> None:
    right_s, right_b = np.array(signal) > 0, np.array(background) <= 0
    n = len(signal) + len(background)
    variance = sum(len(r) ** 2 / n**2 * r.mean() * (1 - r.mean()) / (len(r) - 1) for r in (right_s, right_b))
    label = [1] * len(signal) + [0] * len(background)
    found = tagging_errors(label, [*signal, *background])["accuracy_error"]
    assert found == pytest.approx(np.sqrt(variance))


@given(classes, classes)
def test_a_tagger_does_not_differ_from_itself_nor_from_a_steeper_self(
    signal: list[int], background: list[int]
) -> None:
    label = [1] * len(signal) + [0] * len(background)
    score = np.array([*signal, *background], dtype=float)
    for other in (score, 8 * score):
        for found in paired_differences(label, score, other).values():
            assert found["value"] in (0.0, None)
            assert found["error"] in (0.0, None)


@pytest.mark.parametrize("step", [0.0, 0.25, 1.0], ids=["no ties", "ties", "few values"])
def test_errors_agree_with_the_bootstrap(step: float) -> None:
    """Stratified bootstrap of the jets; seeded, 400 replicas, whose own scatter is 4 %."""
    rng = np.random.default_rng(11)
    label, first, second = toy(rng, (4000, 3000), step)
    replicas = []
    for _ in range(400):
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(label == v), int((label == v).sum())) for v in (0, 1)]
        )
        one, two = (tagging_metrics(label[rows], s[rows]) for s in (first, second))
        replicas.append([[float(m[name] or 0) for name in NAMES] for m in (one, two)])
    spread = np.array(replicas).std(0)
    paired = (np.array(replicas)[:, 1] - np.array(replicas)[:, 0]).std(0)
    errors, differences = tagging_errors(label, first), paired_differences(label, second, first)
    for k, name in enumerate(NAMES):
        tolerance = 0.15 if name in ("accuracy", "auc") else 0.3
        assert errors[f"{name}_error"] == pytest.approx(spread[0, k], rel=tolerance), name
        assert differences[name]["error"] == pytest.approx(paired[k], rel=tolerance), name
        assert (differences[name]["error"] or 0) < 0.8 * spread[0, k], "the jets are shared"


@pytest.mark.parametrize("jets", [(2000, 1500), (8000, 150)], ids=["even", "few signal jets"])
def test_errors_are_the_scatter_of_toy_experiments(jets: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    values, errors, differences, paired = [], [], [], []
    for _ in range(200):
        label, first, second = toy(rng, jets)
        metrics, found = tagging_metrics(label, first), tagging_errors(label, first)
        minus = paired_differences(label, second, first)
        values.append([float(metrics[name] or 0) for name in NAMES])
        errors.append([float(found[f"{name}_error"] or 0) for name in NAMES])
        differences.append([float(minus[name]["value"] or 0) for name in NAMES])
        paired.append([float(minus[name]["error"] or 0) for name in NAMES])
    assert np.std(values, 0) == pytest.approx(np.mean(errors, 0), rel=0.25)
    assert np.std(differences, 0) == pytest.approx(np.mean(paired, 0), rel=0.25)


def test_the_band_is_the_scatter_of_toy_curves() -> None:
    rng = np.random.default_rng(4)
    wanted, found, bands = (0.2, 0.5, 0.8), [], []
    for _ in range(200):
        label, score, _ = toy(rng, (2000, 1500))
        background, signal = roc_curve(label, score)
        found.append([background_efficiency(background, signal, at) for at in wanted])
        points = np.searchsorted(signal, wanted)
        bands.append(background_errors(background, signal, (2000, 1500), points))
    assert np.std(found, 0) == pytest.approx(np.mean(bands, 0), rel=0.2)


def test_what_cannot_be_said_is_not_said() -> None:
    """One jet of a class has no spread; no background above the threshold gives no rejection, so no error."""
    assert set(tagging_errors([1, 0, 0], [1.0, 0.0, 2.0]).values()) == {None}
    found = tagging_errors([1, 1, 1, 0, 0], [3.0, 4.0, 5.0, 0.0, 1.0])
    assert found["inverse_background_efficiency_30_error"] is None
    assert found["auc_error"] == 0
    minus = paired_differences([1, 1, 0, 0], [1.0, 2, 3, 0], [3.0, 2, 1, 0])[
        "inverse_background_efficiency_30"
    ]
    assert minus == {"value": None, "error": None}
