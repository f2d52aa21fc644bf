"""PuppiFeatures against the fields of a word, one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.ops import PuppiFeatures
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.puppi_features import FEATURES
from tests.networks import PUPPI, random_features, t
from tests.ops.test_puppi_log import CANDIDATE, expected, words_of

Candidates = list[tuple[int, int, int, int]]


def found(candidates: Candidates) -> np.ndarray:
    """Features [N, 13] by the integer reference."""
    node = random_features(len(candidates) - 1).nodes[0]
    table = {"log_table": node.tensors["log_table"].values}
    return node.operator.forward(IntegerArithmetic(), [FixedArray(words_of(candidates)[None], 0)], table).at(
        0
    )[0]


def features(candidates: Candidates) -> list[list[int]]:
    """From the fields, which are what lies above bit 36 of a word."""
    everyone = [candidates[0], *candidates]
    logs = [row[0] for row in expected(PUPPI, everyone)]
    rows = []
    for (pt, _, _, rest), log in zip(candidates[1:], logs[1:], strict=True):
        kind, field = rest & 7, rest >> 3
        z0 = (field & 1023) - ((field & 512) << 1)
        charge = 0 if kind < 2 else (1 if kind % 2 else -1)
        weight, z0 = (256, z0) if charge else (field & 511, 0)
        one_hot = [int(kind == k) for k in range(8)]
        rows.append([log, log - logs[0], charge, *one_hot, weight, z0] if pt else [0] * 13)
    return rows


@settings(max_examples=60)
@given(st.lists(CANDIDATE, min_size=2, max_size=6))
def test_the_features_are_those_of_the_words(candidates: Candidates) -> None:
    assert found(candidates).tolist() == features(candidates)


def test_every_kind_and_the_ends_of_its_fields() -> None:
    candidates = [
        (40, 0, 0, 0),
        *((9, 0, 0, kind | field << 3) for kind in range(8) for field in (0, 1, 511, 512, 1023)),
    ]
    table = found(candidates)
    assert table.tolist() == features(candidates)
    columns = dict(zip(FEATURES, table.T, strict=True))
    assert set(columns["charge"]) == {-1, 0, 1}
    assert (columns["z0"].min(), columns["z0"].max()) == (-512, 511)
    assert (columns["puppi_weight"].min(), columns["puppi_weight"].max()) == (0, 511)
    assert (table[:, 3:11].sum(1) == 1).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": t("ap_fixed<6,6,AP_TRN,AP_SAT>")}, "l has no sign"),
        ({"output": t("ap_fixed<9,9,AP_TRN,AP_SAT>")}, "holds -512 to 511"),
        ({"output": t("ap_fixed<12,10,AP_TRN,AP_SAT>")}, "integers"),
        ({"steps": 0}, "at least one step"),
        ({"constituents": 3}, "needs"),
    ],
)
def test_what_does_not_fit(change: dict[str, object], message: str) -> None:
    operator = random_features(4).nodes[0].operator
    assert isinstance(operator, PuppiFeatures)
    with pytest.raises(ValueError, match=message):
        replace(operator, **change).output_shape((5, 4))  # type: ignore[arg-type]
