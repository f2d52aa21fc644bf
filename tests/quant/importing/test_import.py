"""`fpgajet import` as a user runs it: a checkpoint, its agreement with the formula, refusals that leave nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgajet import api
from fpgajet.errors import BadInput, Mismatch
from quant.checkpoint import load_float_model, open_checkpoint
from quant.data import write_jets
from quant.importing import formula
from quant.importing.agreement import agreements
from quant.importing.foreign import Fixture, ForeignNPelican
from quant.importing.jets import import_jets
from quant.importing.run import ImportOptions, _settings, float_tensors
from quant.models.families import FAMILIES
from tests.conftest import Run
from tests.quant.importing.layouts import arrays, random_model, state_dict, write_header
from tests.toy_jets import toy_jets

QUICK = ["--set", "calibration_starts=1", "--set", "calibration_searches=1", "--set", "calibration_sweeps=0"]


@pytest.fixture
def jets(tmp_path: Path) -> Path:
    write_jets(tmp_path / "jets.h5", toy_jets(300, 4))
    return tmp_path / "jets.h5"


def write(layout: str, folder: Path, model: ForeignNPelican) -> tuple[str, Path]:
    if layout == "header":
        write_header(folder / "weights.h", model, 3)
        return "weights-h", folder / "weights.h"
    if layout == "state":
        torch.save(state_dict(model), folder / "theirs.pt")
        return "pelican-nano", folder / "theirs.pt"
    momenta = np.concatenate(
        [np.tile(formula.BEAMS, (16, 1, 1)), toy_jets(16, 3, seed=5).constituents], axis=1
    )
    scores = formula.scores(model, momenta, with_beams=True)[:, None]
    np.savez(folder / "theirs.npz", **arrays(model), pmu=momenta, logit=scores)
    return "pelican-nano", folder / "theirs.npz"


@pytest.mark.parametrize("layout", ["state", "arrays", "header"])
def test_an_import_is_a_checkpoint(layout: str, fpgajet: Run, jets: Path, tmp_path: Path) -> None:
    model = random_model(2, seed=3)
    command, file = write(layout, tmp_path, model)
    result = fpgajet(
        "import", command, file, "--out", "run", "--data", jets, "--constituents", 3, *QUICK, "--json"
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert max(row["largest_difference"] for row in document["agreement"]) < 1e-4
    assert len(document["agreement"]) == (3 if layout == "arrays" else 1)
    checkpoint = open_checkpoint(tmp_path / "run")
    assert checkpoint.config.constituents == 3
    roles = checkpoint.config.training.data
    assert {role: rows[0].jets for role, rows in roles.items()} == {
        "train": 150,
        "validation": 30,
        "test": 120,
    }
    given = toy_jets(40, 3, seed=9).constituents
    ours = np.asarray(load_float_model(checkpoint).scores(given)).ravel()
    expected = formula.scores(model, given)
    np.testing.assert_allclose(ours, expected, atol=1e-4 * np.abs(expected).max())
    again = fpgajet("import", command, file, "--out", "run")
    assert again.returncode == 2
    assert "holds a finished checkpoint" in again.stderr


@pytest.mark.slow
def test_an_imported_model_builds_with_a_clean_certificate(fpgajet: Run, jets: Path, tmp_path: Path) -> None:
    command, file = write("arrays", tmp_path, random_model(1, seed=3))
    result = fpgajet("import", command, file, "--out", "run", "--data", jets, "--constituents", 3, *QUICK)
    assert result.returncode == 0, result.stderr
    built = api.build(tmp_path / "run", out=tmp_path / "built", synth=False, max_jets=200, edge_vectors=100)
    certificate = built.report.certificate
    assert certificate is not None
    assert certificate.total_differences == 0
    assert {"torch", "onnxruntime", "qonnx", "csim", "verilog"} <= set(certificate.implementations)


def test_what_a_user_should_not_overlook_is_noted(fpgajet: Run, jets: Path, tmp_path: Path) -> None:
    model = random_model(1, seed=3)
    options = ("--data", jets, "--constituents", 3, *QUICK, "--json")
    notes = []
    for name, sign in (("given", 1), ("opposite", -1)):
        turned = replace(model, score_weight=sign * model.score_weight, score_bias=sign * model.score_bias)
        torch.save(state_dict(turned), tmp_path / f"{name}.pt")
        result = fpgajet("import", "pelican-nano", f"{name}.pt", "--out", name, *options)
        assert result.returncode == 0, result.stderr
        notes.append(any("background above signal" in note for note in json.loads(result.stdout)["notes"]))
    assert sorted(notes) == [False, True], "of a model and its opposite one is better than chance"


def test_fine_tuning(fpgajet: Run, jets: Path, tmp_path: Path) -> None:
    command, file = write("state", tmp_path, random_model(1, seed=3))
    options = (
        "--out",
        "run",
        "--data",
        jets,
        "--constituents",
        3,
        *QUICK,
        "--epochs",
        1,
        "--set",
        "batch=64",
    )
    result = fpgajet("import", command, file, *options)
    assert result.returncode == 0, result.stderr
    assert "epoch 1: validation AUC" in result.stderr
    assert "largest difference of the score over 120 jets" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--set", "hidden=3"), "hidden follow from the file"),
        (("--set", "nonsense=3"), "nonsense"),
        (("--set", "=3"), "give key=value"),
        (("--constituents", 1000), "constituents"),
        (("--nbar", 0), "Nbar is 0"),
        (("--data", "none.h5"), "does not exist"),
    ],
)
def test_wrong_options_leave_nothing(
    options: tuple[object, ...], message: str, fpgajet: Run, tmp_path: Path
) -> None:
    command, file = write("header", tmp_path, random_model())
    result = fpgajet("import", command, file, "--out", "run", *options)
    assert result.returncode == 2, result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_disagreement_is_no_import() -> None:
    foreign = random_model()
    jets = toy_jets(50, 3).constituents
    model = FAMILIES["npelican"].new_float(_settings(foreign, 3, ImportOptions()))
    tensors = float_tensors(foreign)
    tensors["weight"] = tensors["weight"][:, [0, 1, 3, 2, 5, 4]]
    model.load_state_dict(tensors)
    with pytest.raises(Mismatch, match="was not imported"):
        agreements(foreign, model, jets, "a.pt")


def test_scores_of_another_model_in_the_file_are_found() -> None:
    foreign = random_model()
    momenta = np.concatenate([np.tile(formula.BEAMS, (16, 1, 1)), toy_jets(16, 3).constituents], axis=1)
    fixture = Fixture(momenta, formula.scores(random_model(seed=1), momenta, with_beams=True))
    with_scores = ForeignNPelican(**(vars(foreign) | {"fixture": fixture}))
    model = FAMILIES["npelican"].new_float(_settings(foreign, 3, ImportOptions()))
    model.load_state_dict(float_tensors(foreign))
    with pytest.raises(Mismatch, match="scores in the file"):
        agreements(with_scores, model, toy_jets(20, 3).constituents, "a.npz")
    moved = Fixture(momenta + np.array([0, 0, 0, 0.5]), fixture.scores)
    with pytest.raises(BadInput, match="not the beams"):
        agreements(ForeignNPelican(**(vars(foreign) | {"fixture": moved})), model, momenta[:, 2:], "a.npz")


def test_jets_have_one_role_each(tmp_path: Path) -> None:
    for name in ("train", "val", "test"):
        write_jets(tmp_path / "parts" / f"{name}.h5", toy_jets(40, 4, seed=len(name)))
    parts = import_jets(tmp_path / "parts", 3)
    assert [sample.name for sample in vars(parts).values()] == ["train.h5", "val.h5", "test.h5"]
    write_jets(tmp_path / "few.h5", toy_jets(40, 4))
    with pytest.raises(BadInput, match="too few jets"):
        import_jets(tmp_path / "few.h5", 3)
