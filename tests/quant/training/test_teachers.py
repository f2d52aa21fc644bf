"""Which networks may teach: checkpoints, runs that ended with a float model, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn

from fpgajet import api
from fpgajet.errors import BadInput
from fpgajet.ops.forms import form_from_json
from quant.checkpoint import Checkpoint
from quant.data import read_jets, write_jets
from quant.models.scoring import FloatModel
from quant.training.teacher import Teacher, open_teacher
from tests.quant.training.conftest import Taught
from tests.quant.training.small_run import SHORT
from tests.toy_jets import toy_jets


def test_a_run_that_ended_with_its_float_model_teaches_the_same(
    pupil: Checkpoint, undisturbed: tuple[Checkpoint, float], taught: Taught, tmp_path: Path
) -> None:
    """Of it nobody knows the jets."""
    folder = tmp_path / "small"
    shutil.copytree(undisturbed[0].path, folder)
    (folder / "model.json").unlink()
    found = taught(teacher=folder)
    weights = [load_file(c.path / "weights.safetensors") for c in (pupil, found)]
    for name, values in weights[0].items():
        assert np.array_equal(values, weights[1][name]), name
    assert found.config.training.settings["teacher"]["name"] == "small"
    assert found.config.seen_jets is None
    state = folder / "state" / "float.safetensors"
    state.write_bytes(state.read_bytes()[:-10])
    with pytest.raises(BadInput, match="is damaged"):
        open_teacher(folder)
    state.write_bytes((folder / "state" / "screen-0.safetensors").read_bytes())
    with pytest.raises(BadInput, match="has not finished"):
        open_teacher(folder)
    state.unlink()
    with pytest.raises(BadInput, match="no trained float model yet"):
        open_teacher(folder)


def test_of_several_seeds_the_best_one_teaches(data: Path, tmp_path: Path) -> None:
    given = SHORT | {"seeds": 2, "best_seeds": 1, "seed": 3}
    with pytest.raises(BadInput, match="directory without"):
        open_teacher(tmp_path)
    api.train(data, tmp_path / "seeds", settings=given, until="float")
    best = json.loads((tmp_path / "seeds" / "seeds.json").read_text())["seeds"][0]["seed"]
    alone = SHORT | {"seed": best}
    api.train(data, tmp_path / "alone", settings=alone, until="float")
    jets = read_jets(data / "test.h5").constituents
    scores = [open_teacher(tmp_path / name).model.scores(jets) for name in ("seeds", "alone")]
    # The order of jets depends on the name of a fit, and with it the weights; the start does not.
    assert np.corrcoef(*scores)[0, 1] > 0.9
    (tmp_path / "seeds" / "seeds.json").write_text('{"seeds": []}')
    with pytest.raises(BadInput, match="names no best seed"):
        open_teacher(tmp_path / "seeds")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"teacher": "npelican"}, "reads 16 constituents, and the jets in .* have only 5"),
        ({"teacher": "event-gnn-n6"}, "reads events of objects, and .* holds jets"),
        ({"teacher": "npelican-n16-c4-five"}, "tells .* apart, and this training two classes by one score"),
        ({"teacher": None, "settings": {"teacher_weight": 0.2}}, "name one with --teacher"),
        ({"settings": {"teacher_weight": 1.2}}, "teacher_weight"),
        ({"teacher": "nothing-of-this-name"}, "nothing-of-this-name"),
    ],
)
def test_what_cannot_teach_is_refused(taught: Taught, given: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        taught(**given)


class Energies(nn.Module):
    """Scores are the energies of the first constituents, in TeV."""

    def forward(self, p: Tensor) -> Tensor:
        return p[:, :3, 0].double() / 1000


def test_classes_have_the_order_of_the_pupil(tmp_path: Path) -> None:
    jets, ticks = toy_jets(3000, 4, classes=("a", "b", "c")), []
    write_jets(tmp_path / "jets.h5", jets)
    teacher = Teacher(tmp_path, "energies", "0", FloatModel(Energies()), 3, ("a", "b", "c"))

    def tick(fit: str, epoch: int, step: int, steps: int, loss: float) -> None:
        ticks.append((fit, step, steps))

    found = teacher.probabilities(tmp_path / "jets.h5", 2500, ("c", "a", "b"), tick)
    energy = torch.from_numpy(jets.constituents[:2500, :3, 0]).double() / 1000
    torch.testing.assert_close(found, torch.softmax(energy, 1)[:, [2, 0, 1]])
    assert ticks == [("teacher", 1, 2), ("teacher", 2, 2)]


def test_a_feature_that_the_jets_lack_is_named(tmp_path: Path) -> None:
    write_jets(tmp_path / "jets.h5", toy_jets(10, 4))
    form = form_from_json({"form": "log", "features": {"charge": "ap_fixed<2,2>"}})
    with pytest.raises(BadInput, match=r"reads the feature charge of constituents, which .* lacks"):
        Teacher(tmp_path, "x", "0", FloatModel(Energies(), form), 3, ()).probabilities(
            tmp_path / "jets.h5", None, ()
        )


def test_scores_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    write_jets(tmp_path / "jets.h5", toy_jets(10, 4))
    model = nn.Sequential(Energies(), nn.Linear(3, 1, dtype=torch.float64), nn.Flatten(0))
    nn.init.constant_(model[1].weight, float("inf"))
    teacher = Teacher(tmp_path, "x", "0", FloatModel(model), 3, ())
    with pytest.raises(BadInput, match="not finite"):
        teacher.probabilities(tmp_path / "jets.h5", None, ())


def test_a_damaged_checkpoint_is_refused(
    undisturbed: tuple[Checkpoint, float], taught: Taught, tmp_path: Path
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(undisturbed[0].path, folder)
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(BadInput, match="truncated"):
        taught(teacher=folder)
