"""Several seeds: the best by validation loss go on, and their metrics are summarised with a spread."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from quant.metrics import auc
from quant.training.data import load_sample
from quant.training.fit import evaluate
from quant.training.float_phase import new_model, schedule_of, trained_seeds
from quant.training.read_settings import read_settings
from quant.training.run import prepare, train
from quant.training.schedule import WarmRestarts
from quant.training.stages import SEEDS, Until
from tests.quant.training.small_run import SMALL

SEVERAL = SMALL.model_copy(
    update={"seeds": 3, "best_seeds": 2, "restarts": 1, "screen_epochs": 0, "float_epochs": 2, "keep": "loss"}
)


def test_the_best_seeds_are_summarised_and_the_best_one_goes_on(data: Path, tmp_path: Path) -> None:
    prepare(tmp_path, SEVERAL, resume=False)
    fits: list[str] = []
    train(SEVERAL, data, tmp_path, lambda fit, _: fits.append(fit), name="x", until=Until.FLOAT)
    assert {"float-seed-1", "float-seed-2", "float-seed-3"} < set(fits)
    found = json.loads((tmp_path / SEEDS).read_text())
    losses = [seed["validation_loss"] for seed in found["seeds"]]
    assert losses == sorted(losses)
    assert [("auc" in seed) for seed in found["seeds"]] == [True, True, False]
    best = [seed["auc"] for seed in found["seeds"][:2]]
    assert found["mean"]["auc"] == pytest.approx(statistics.fmean(best))
    assert found["spread"]["auc"] == pytest.approx(abs(best[0] - best[1]) / 2**0.5)

    samples = load_sample(data / "train.h5", 5), load_sample(data / "val.h5", 5)
    again = trained_seeds(SEVERAL, *samples, tmp_path / "state", lambda *_: None)
    assert [seed.seed for seed in again] == [seed["seed"] for seed in found["seeds"]], (
        "read, not trained again"
    )
    test = load_sample(data / "test.h5", 5)
    assert auc(test.labels, evaluate(again[0].model, test.momenta).numpy()) == best[0]
    alone = SEVERAL.model_copy(update={"seeds": 1, "best_seeds": 1, "seed": again[0].seed})
    first = new_model(alone, 0).state_dict()["weight"]
    assert not first.equal(new_model(SEVERAL.model_copy(update={"seed": 9}), 0).state_dict()["weight"])


def test_the_paper_is_a_preset_that_single_settings_change() -> None:
    paper = read_settings(None, ["preset=paper", "hidden=3"])
    assert (paper.float_epochs, paper.batch, paper.seeds, paper.best_seeds) == (140, 512, 25, 5)
    assert (paper.constituents, paper.dropout, paper.beams, paper.hidden) == (80, 0.01, 0, 3)
    assert schedule_of(paper) == WarmRestarts(4, 4, 2, 12, 0.5)
    assert paper.preset == "paper"
    assert read_settings(None, ["preset=paper-beams"]).beams == 1
    assert read_settings(None, ["preset=paper", "seeds=2", "best_seeds=1"]).seeds == 2
    with pytest.raises(BadInput, match=r"no preset 'papers'. There are: paper, paper-beams"):
        read_settings(None, ["preset=papers"])
    with pytest.raises(BadInput, match="best_seeds=5 of seeds=3"):
        read_settings(None, ["preset=paper", "seeds=3"])
    with pytest.raises(BadInput, match="leave none for cosines"):
        read_settings(None, ["preset=paper", "float_epochs=16"])


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_short_run_by_the_papers_regime(data: Path, tmp_path: Path, outputs: int) -> None:
    """All of the preset but its length."""
    shorter = [
        "constituents=5",
        "seeds=2",
        "best_seeds=2",
        "float_epochs=4",
        "warm_up_epochs=1",
        "decay_epochs=1",
    ]
    fewer = [
        "restart_epochs=1",
        "calibration_starts=1",
        "calibration_sweeps=0",
        "quantised_epochs=0",
        "batch=128",
    ]
    given = ["preset=paper", *shorter, *fewer, "calibration_jets=200", f"outputs={outputs}"]
    settings = read_settings(None, given)
    prepare(tmp_path, settings, resume=False)
    checkpoint = train(settings, data, tmp_path, lambda *_: None, name="paper")
    assert checkpoint is not None
    assert checkpoint.config.training.settings["preset"] == "paper"
    assert json.loads((tmp_path / SEEDS).read_text())["best"] == 2
