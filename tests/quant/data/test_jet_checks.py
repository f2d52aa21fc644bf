"""Every unphysical thing is named with its rows; physical jets pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.data.checking.constituents import check_constituents, find_problems
from quant.data.problems import name_rows
from tests.toy_jets import toy_jets


def nan(p4: np.ndarray) -> None:
    p4[3, 0, 1] = np.nan


def infinite(p4: np.ndarray) -> None:
    p4[3, 0, 0] = np.inf


def negative(p4: np.ndarray) -> None:
    p4[3, 1, 0] *= -1


def spacelike(p4: np.ndarray) -> None:
    p4[3, 0, 0] *= 0.999


def other_order(p4: np.ndarray) -> None:
    p4[3] = np.roll(p4[3], -1, axis=-1)  # (px, py, pz, E) instead of (E, px, py, pz)
    p4[3, :, 0] = np.abs(p4[3, :, 0])


def mev(p4: np.ndarray) -> None:
    p4[3] *= 1000


def unsorted(p4: np.ndarray) -> None:
    p4[3, :2] = p4[3, 1::-1].copy()


def hole(p4: np.ndarray) -> None:
    p4[3, 0] = 0


def empty(p4: np.ndarray) -> None:
    p4[3] = 0


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (nan, "not-finite"),
        (infinite, "not-finite"),
        (negative, "negative-energy"),
        (spacelike, "spacelike"),
        (other_order, "spacelike"),
        (mev, "too-energetic"),
        (unsorted, "unsorted"),
        (hole, "padding-hole"),
        (empty, "empty"),
    ],
)
def test_each_problem_is_named_with_its_row(damage: Callable[[np.ndarray], None], kind: str) -> None:
    p4 = toy_jets(10).constituents.copy()
    assert find_problems(p4) == []
    damage(p4)
    problems = {problem.kind: problem for problem in find_problems(p4, first_row=100)}
    assert kind in problems
    assert problems[kind].rows.tolist() == [103]
    with pytest.raises(BadInput, match="row 103"):
        check_constituents(p4, first_row=100)


def test_a_float32_massless_constituent_is_physical() -> None:
    rng = np.random.default_rng(1)
    momentum = rng.normal(0, 100, (5000, 1, 3)).astype(np.float32)
    energy = np.sqrt((momentum.astype(np.float64) ** 2).sum(axis=-1, keepdims=True)).astype(np.float32)
    check_constituents(np.concatenate([energy, momentum], axis=-1))


@pytest.mark.parametrize("shape", [(5, 4), (5, 6, 3), (5, 6, 4, 1)])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="shape"):
        check_constituents(np.ones(shape, dtype=np.float32))


def test_integers_are_not_momenta() -> None:
    with pytest.raises(BadInput, match="floating-point"):
        check_constituents(np.ones((5, 6, 4), dtype=np.int64))


def test_long_lists_of_rows_are_shortened() -> None:
    assert name_rows(np.array([4])) == "row 4"
    assert name_rows(np.arange(9)) == "rows 0, 1, 2, 3, 4 and 4 more"
