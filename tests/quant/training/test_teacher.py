"""``--teacher``: probabilities of another network in the loss, in both phases of training."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch.nn import functional

from fpgajet import api
from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint
from quant.comparison.retrained import taggers_of
from quant.compression.compress_settings import retraining
from quant.data import read_jets, write_jets
from quant.data.checking.identity import identity
from quant.models.loss import distilled_loss, logit_loss, probabilities
from quant.seen_jets import overlap_of
from quant.training.teacher import open_teacher
from tests.quant.jets import write_labelled_jets
from tests.quant.training.conftest import Taught
from tests.quant.training.small_run import SHORT
from tests.toy_jets import toy_jets


@pytest.mark.parametrize(("classes", "targets"), [(0, 0), (3, 0), (3, 2)])
def test_the_loss_is_the_one_of_the_documentation(classes: int, targets: int) -> None:
    """(1 - w) times that of the labels, plus w times -sum_k p_k log q_k, written out jet by jet."""
    generator = torch.Generator().manual_seed(3)
    score = torch.randn(7, max(classes, 1) + targets, generator=generator, dtype=torch.float64)
    label = torch.randint(0, classes or 2, (7,), generator=generator).double()
    if targets:
        label = torch.cat([label[:, None], torch.rand(7, targets, generator=generator)], 1)
    if classes:
        p = torch.softmax(torch.randn(7, classes, generator=generator, dtype=torch.float64), 1)
        log_q = functional.log_softmax(score[:, :classes], 1)
        teaching = float(-(p * log_q).sum(1).mean())
    else:
        score = score[:, 0]
        p = torch.rand(7, generator=generator, dtype=torch.float64)
        q = 1 / (1 + torch.exp(-2 * score))
        teaching = float(-(p * q.log() + (1 - p) * (1 - q).log()).mean())
    found = float(distilled_loss(score, label, p, 0.3))
    assert found == pytest.approx(0.7 * float(logit_loss(score, label)) + 0.3 * teaching)


def test_scores_become_the_probabilities_of_the_loss() -> None:
    score = torch.tensor([[1.0, 2.0, 0.5, 9.0]])
    torch.testing.assert_close(probabilities(score, 3).sum(1), torch.ones(1).double())
    assert probabilities(score, 3).argmax() == 1
    torch.testing.assert_close(probabilities(score, 3, softmax=True), score[:, :3].double())
    torch.testing.assert_close(
        probabilities(torch.tensor([0.5])), torch.sigmoid(torch.tensor([1.0]).double())
    )


def test_a_teacher_changes_float_and_quantised_weights(pupil: Checkpoint, taught: Taught) -> None:
    """With weight 0 it does not; with weight 1 labels do not count."""
    without, nothing, alone = (
        taught(teacher=None),
        *(taught(settings={"teacher_weight": w}) for w in (0.0, 1.0)),
    )
    weights = [load_file(c.path / "weights.safetensors") for c in (without, nothing, pupil, alone)]
    for name, values in weights[0].items():
        assert np.array_equal(values, weights[1][name]), name
    for first, second in ((0, 2), (2, 3)):
        for name in ("float.weight", "quantised.score_weight"):
            assert not np.array_equal(weights[first][name], weights[second][name]), name


def test_fine_tuning_learns_from_the_teacher_too(
    data: Path, undisturbed: tuple[Checkpoint, float], tmp_path: Path
) -> None:
    """The same calibrated model, fine-tuned with two weights of the teacher: the state after the last epoch differs."""
    found, teacher = {}, undisturbed[0].path
    api.train(data, tmp_path / "begun", settings=SHORT, until="calibration", teacher=teacher)
    for weight in (0.5, 1.0):
        out = tmp_path / str(weight)
        shutil.copytree(tmp_path / "begun", out)
        path = out / "settings.json"  # as if all had been trained with this weight
        path.write_text(json.dumps(json.loads(path.read_text()) | {"teacher_weight": weight}))
        api.train(data, out, settings=SHORT | {"teacher_weight": weight}, resume=True, teacher=teacher)
        found[weight] = load_file(out / "state" / "quantised.safetensors")
    assert not np.array_equal(found[0.5]["model.weight"], found[1.0]["model.weight"])


def test_a_pupil_learns_what_only_its_teacher_knows(
    data: Path, undisturbed: tuple[Checkpoint, float], tmp_path: Path
) -> None:
    """Labels of training jets say nothing: only the teacher tells the classes apart."""
    rng = np.random.default_rng(0)
    for part in ("train", "val", "test"):
        jets = read_jets(data / f"{part}.h5")
        label = rng.permutation(jets.label) if part == "train" else jets.label
        write_jets(tmp_path / f"{part}.h5", replace(jets, label=label))
    jets, found = read_jets(data / "test.h5").constituents, {}
    for weight in (0.0, 1.0):
        settings = SHORT | {"teacher_weight": weight, "float_epochs": 6, "keep": "loss"}
        out = tmp_path / str(weight)
        api.train(tmp_path, out, settings=settings, teacher=undisturbed[0].path, until="float")
        scores = [teacher.model.scores(jets) for teacher in map(open_teacher, (undisturbed[0].path, out))]
        found[weight] = float(np.corrcoef(*scores)[0, 1])
    assert found[1.0] > max(0.8, found[0.0] + 0.1), found


def test_the_checkpoint_names_the_teacher_and_counts_its_jets(
    pupil: Checkpoint, undisturbed: tuple[Checkpoint, float], data: Path, taught: Taught, tmp_path: Path
) -> None:
    settings, teacher = pupil.config.training.settings, undisturbed[0]
    assert settings["teacher"] == {"name": "small", "weights_sha256": teacher.config.weights_sha256}
    assert settings["teacher_weight"] == 0.5
    other = write_labelled_jets(tmp_path, train=101, val=50, test=50)
    found = taught(data=other)
    assert overlap_of(found, identity(data / "train.h5")).seen == len(identity(data / "train.h5"))
    assert overlap_of(found, identity(data / "test.h5")).status == "held-out"
    assert overlap_of(
        taught(teacher="npelican-n8-c2", data=eight(tmp_path)), identity(data / "test.h5")
    ).status == ("unknown"), "the jets of a teacher that does not list them"


def eight(folder: Path) -> Path:
    for seed, part in enumerate(("train", "val", "test")):
        write_jets(folder / "eight" / f"{part}.h5", toy_jets(60, 8, seed))
    return folder / "eight"


def test_it_resumes_with_its_teacher_and_with_no_other(
    pupil: Checkpoint, undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    given = {"settings": SHORT, "name": "taught"}
    out, teacher = tmp_path / "parts", undisturbed[0].path
    api.train(data, out, teacher=teacher, until="float", **given)  # type: ignore[arg-type]
    for other in (None, pupil.path):
        with pytest.raises(BadInput, match=r"other settings .*teacher"):
            api.train(data, out, teacher=other, resume=True, **given)  # type: ignore[arg-type]
    api.train(data, out, teacher=teacher, until="calibration", resume=True, **given)  # type: ignore[arg-type]
    api.train(data, out, teacher=teacher, resume=True, **given)  # type: ignore[arg-type]
    for name in ("weights.safetensors", "seen-jets.npy"):
        assert (out / name).read_bytes() == (pupil.path / name).read_bytes()
    told = json.loads((out / "settings.json").read_text())
    with pytest.raises(BadInput, match="give its directory with --teacher"):
        api.train(data, tmp_path / "told", settings=told, name="taught")


def test_what_trains_again_has_no_teacher(pupil: Checkpoint) -> None:
    """Comparisons refuse such a model, and compression learns from labels."""
    with pytest.raises(BadInput, match="trained with a teacher"):
        taggers_of([pupil], [])
    settings = retraining(pupil, [])
    assert (settings.teacher, settings.teacher_weight) == (None, None)
