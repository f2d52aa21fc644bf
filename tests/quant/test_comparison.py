"""Errors of comparisons: folds, seeds, and what is called a difference."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint
from quant.comparison import compare, grouped, stratified_folds
from quant.data import Jets
from quant.evaluation import Scored
from quant.overlap import Overlap

JETS = 4000


def run(name: str, strength: float, seed: int = 1, noise: int = 0, **settings: Any) -> Scored:
    """Scores that separate by ``strength`` standard deviations; the jets are always the same."""
    rng = np.random.default_rng(5)
    label = rng.integers(0, 2, JETS).astype(np.uint8)
    common, own = rng.normal(size=JETS), np.random.default_rng(100 + noise).normal(size=JETS)
    score = strength * label + common + 0.2 * own
    training = SimpleNamespace(settings={"seed": seed, **settings}, seed=seed, data={})
    config = SimpleNamespace(name=name, architecture="npelican", parameters=21, training=training)
    zeros = np.zeros((JETS, 1, 4), np.float32)
    jets = Jets(zeros, np.ones(JETS, np.int16), label, zeros[:, 0], ("qcd", "top"), {})
    return Scored(
        cast(Checkpoint, SimpleNamespace(path=Path(name), config=config)),
        jets,
        {"float": score, "quantised": np.round(4 * score) / 4},
        Overlap("unknown", JETS, None, "made up"),
        label.astype(np.int64),
    )


def test_folds_are_stratified() -> None:
    label = np.repeat([0, 1], [1000, 37])
    fold = stratified_folds(label, 7)
    for value in (0, 1):
        counts = np.bincount(fold[label == value], minlength=7)
        assert counts.max() - counts.min() <= 1
    assert np.array_equal(fold, stratified_folds(label, 7))
    with pytest.raises(BadInput, match="38 folds"):
        stratified_folds(label, 38)


def test_the_error_of_an_auc_is_that_of_its_formula() -> None:
    """Hanley and McNeil 1982: variance of the AUC of two normal distributions; folds give it within 40 %."""
    report = compare([run("a", 1.5)], folds=40)
    found = report["groups"][0]["metrics"]["auc"]
    auc = found["value"]
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    n = JETS / 2
    expected = math.sqrt((auc * (1 - auc) + (n - 1) * (q1 + q2 - 2 * auc**2)) / n**2)
    assert found["error"] == pytest.approx(expected, rel=0.4)
    assert found["seed_error"] is None


def test_a_difference_is_told_from_noise() -> None:
    a, b, c = run("a", 1.5, hidden=1), run("b", 1.5, noise=1, hidden=2), run("c", 1.7, noise=2, hidden=3)
    report = compare([a, b, c], folds=20)
    found = {
        (d["of"], d["minus"]): d["metrics"]["auc"] for d in report["differences"] if d["precision"] == "float"
    }
    assert found["a", "b"]["verdict"] == "noise"
    assert found["a", "c"]["verdict"] == "differ"
    assert found["a", "c"]["value"] < 0
    single = next(g for g in report["groups"] if g["name"] == "a")["metrics"]["auc"]["error"]
    assert found["a", "b"]["error"] < 0.5 * single, "what the jets have in common drops out"
    same = compare([a, run("twin", 1.5, hidden=9)], folds=5)["differences"][0]["metrics"]["auc"]
    assert (same["value"], same["error"], same["verdict"]) == (0, 0, "noise")


def test_runs_that_differ_by_seed_are_one_group() -> None:
    runs = [run(f"s{seed}", 1.3 + 0.2 * seed, seed=seed, noise=seed, hidden=2) for seed in (1, 2, 3)]
    other = run("other", 1.7, seed=1, hidden=4)
    assert [group.name for group in grouped([*runs, other])] == ["s1", "other"]
    report = compare([*runs, other], folds=10)
    group = report["groups"][0]
    assert group["seeds"] == [1, 2, 3]
    auc = group["metrics"]["auc"]
    singles = [compare([one], folds=10)["groups"][0]["metrics"]["auc"]["value"] for one in runs]
    assert auc["value"] == pytest.approx(np.mean(singles))
    assert auc["seed_spread"] == pytest.approx(np.std(singles, ddof=1))
    assert auc["error"] == pytest.approx(math.hypot(auc["jet_error"], auc["seed_spread"] / math.sqrt(3)))
    difference = report["differences"][0]["metrics"]["auc"]
    assert difference["verdict"] == "noise", "0.2 of a seed's spread is not a difference"


def test_other_jets_are_refused() -> None:
    one, two = run("a", 1.0), run("b", 1.0)
    two.jets.label[0] ^= 1
    with pytest.raises(BadInput, match="same jets"):
        compare([one, two], folds=5)
