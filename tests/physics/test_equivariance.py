"""The equivariance study: invariance where mathematics has it, violation where bits are few; its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from fpgajet.physics.equivariance import TRANSFORMATIONS, evaluations, scorers, study
from fpgajet.physics.figures import plot_roc, plot_study
from quant.models.npelican.architecture import Architecture
from quant.models.scoring import FloatModel
from tests.quant.jets import labelled_jets, random_float, random_quantised

SIZES = Architecture(6, 2)


def test_scores_move_more_the_coarser_the_input() -> None:
    p, label = labelled_jets(400, 6)
    precisions = scorers(FloatModel(random_float(SIZES)).scores, random_quantised(SIZES))
    assert list(precisions) == [
        "float", "19-bit input", "17-bit input", "15-bit input, as trained", "13-bit input", "11-bit input",
    ]  # fmt: skip
    calls: list[str] = []
    found = study(precisions, p, label, jets=300, advance=calls.append)
    assert found["jets"] == 300
    assert len(calls) == evaluations(precisions)
    assert len(found["rows"]) == len(precisions) * sum(len(t.sizes) for t in TRANSFORMATIONS)

    def worst(precision: str) -> float:
        return max(row["quantile_90"] for row in found["rows"] if row["precision"] == precision)

    assert worst("float") < 1e-4 < worst("11-bit input")
    assert worst("19-bit input") < worst("11-bit input")
    for row in found["rows"]:
        assert row["auc_change"] == row["auc"] - found["still"][row["precision"]]
        assert row["quantile_90"] >= row["median"]


def test_figures_are_the_same_every_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    p, label = labelled_jets(200, 6)
    scores = FloatModel(random_float(SIZES)).scores
    found = study({"float": scores}, p, label, jets=100)
    for name in ("a", "b"):
        plot_study(found, tmp_path / f"study-{name}.svg")
        plot_roc({"model": (label, scores(p))}, tmp_path / f"roc-{name}.svg")
    for kind in ("study", "roc"):
        first, second = ((tmp_path / f"{kind}-{name}.svg").read_bytes() for name in ("a", "b"))
        assert first == second
        assert b"<svg" in first
    with pytest.raises(BadInput, match="must end in one of"):
        plot_roc({"model": (label, scores(p))}, tmp_path / "roc.jpeg2")
