"""A real search end to end at the smallest size, and what its figures and constraints mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fpgajet.devices.verdict_row import Status, VerdictRow
from fpgajet.estimate import Verdict
from fpgajet.executor import Place
from fpgajet.search.evaluation import TRIAL, _excess, evaluated
from fpgajet.search.run import search
from fpgajet.search.search_settings import new_settings
from fpgajet.search.worker import Work
from quant.checkpoint import open_checkpoint
from tests.quant.jets import write_labelled_jets
from tests.search.spaces import SPACE
from tests.search.test_space import written


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with jets and a space."""
    folder = tmp_path_factory.mktemp("search")
    written(folder, {"space": {name: SPACE["space"][name] for name in ("constituents", "bits.weight")}})
    write_labelled_jets(folder / "jets", 300, 300, 300)
    return folder


def test_two_trials_and_the_best_trained_to_the_end(place: Path) -> None:
    out, said = place / "top", []
    own = new_settings("top", place / "jets", space=place / "space.toml", min_auc=0.99, max_jets=200, seed=1)
    result = search(Work(out, place / "jets", 2), own, place=Place(), finish=1, say=said.append)
    assert [(row.state, row.reason) for row in result.rows] == [("complete", "")] * 2
    assert not any(row.feasible for row in result.rows), "the physics floor is out of reach"
    assert result.finished == []
    for row in result.rows:
        checkpoint = open_checkpoint(out / "trials" / row.run)
        assert checkpoint.config.constituents == row.params["constituents"]
        assert checkpoint.config.training.data["train"][0].jets == 200
        kept = json.loads((out / "trials" / row.run / TRIAL).read_text())
        assert kept["figures"] == row.figures
        assert {one["name"]: one["status"] for one in kept["rows"]}["AUC"] == "fail"
        assert row.verdict == "fail"
        assert row.figures["lut_low"] < row.figures["lut"] < row.figures["lut_high"]
        assert checkpoint.config.training.command.startswith("fpgajet train --model npelican")
    assert own.budget.min_auc == 0.99

    def trains(*_: object) -> None:
        raise AssertionError("a trial that differs in its hardware only is trained again")

    first, twin = result.rows[0], out / "trials" / "twin"
    interval = 3 if first.params["hardware.ii"] != 3 else 1
    found = evaluated(
        result.settings, {**first.params, "hardware.ii": interval}, place / "jets", twin, trains
    )
    assert found.figures["ii"] == interval
    assert found.figures["auc"] == first.figures["auc"]
    assert (twin / "weights.safetensors").read_bytes() == (
        out / "trials" / first.run / "weights.safetensors"
    ).read_bytes()

    free = place / "free"
    own = new_settings("free", place / "jets", space=place / "space.toml", max_jets=200)
    result = search(Work(free, place / "jets", 1), own, place=Place(), finish=1, say=said.append)
    (run,) = result.finished
    finished = open_checkpoint(run).config.training
    assert finished.settings["float_epochs"] == 2
    assert finished.data["train"][0].jets == 300, "all jets, and the settings of [finish]"
    before = (run / "model.json").stat().st_mtime_ns
    search(Work(free, place / "jets", 1), own, place=Place(), finish=1, say=said.append)
    assert (run / "model.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("at_least", [False, True])
@pytest.mark.parametrize("ends", [(1.0, 1.5), (1.5, 2.5), (2.5, 3.0), (2.0, 2.0)])
def test_a_constraint_is_missed_exactly_where_the_verdict_is_not_accepted(
    ends: tuple[float, float], at_least: bool
) -> None:
    low, high = ends
    limit, status = 2.0, "marginal"
    if (low >= limit) if at_least else (high <= limit):
        status = "pass"
    elif (high < limit) if at_least else (low > limit):
        status = "fail"
    known: Status = status  # type: ignore[assignment]
    row = VerdictRow("x", (low + high) / 2, low, high, limit, "", known, at_least=at_least)
    for strict in (False, True):
        assert (_excess([row], strict) <= 0) == Verdict("b", "p", "model", (row,)).accepted(strict)
