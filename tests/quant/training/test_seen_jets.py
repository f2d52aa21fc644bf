"""Jets that a model was trained on are recognised among others, row by row."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgajet.cli import _register, app
from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint, open_checkpoint
from quant.data import Jets, concatenate, read_jets, write_jets
from quant.data.checking.identity import identity
from quant.seen_jets import SEEN, overlap_of
from quant.zoo import resolve

_register()


def mixed(data: Path, tmp_path: Path, seen: int) -> Path:
    """A file of 200 test jets and some training jets."""
    jets = concatenate([read_jets(data / "test.h5")[:200], read_jets(data / "train.h5")[:seen]])
    write_jets(tmp_path / "mixed.h5", jets)
    return tmp_path / "mixed.h5"


def test_overlapping_rows_are_counted(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    checkpoint = open_checkpoint(undisturbed[0].path)
    found = {part: overlap_of(checkpoint, identity(data / f"{part}.h5")) for part in ("train", "val", "test")}
    assert {part: one.status for part, one in found.items()} == {
        "train": "seen",
        "val": "seen",
        "test": "held-out",
    }
    assert found["train"].seen == 1500
    assert found["test"].sentence().startswith("Held-out")
    few = overlap_of(checkpoint, identity(mixed(data, tmp_path, 7)))
    assert (few.status, few.seen, few.jets) == ("seen", 7, 207)
    with pytest.raises(BadInput, match="7 of the 207 jets were seen"):
        few.require_unseen()


def test_what_cannot_be_known_is_not_called_held_out(
    undisturbed: tuple[Checkpoint, float], data: Path, tmp_path: Path
) -> None:
    test = identity(data / "test.h5")
    assert overlap_of(open_checkpoint(resolve("npelican")), test).status == "unknown"
    copy = tmp_path / "copy"
    shutil.copytree(undisturbed[0].path, copy)
    assert overlap_of(open_checkpoint(copy), replace(test, altered="rounded")).status == "unknown"
    (copy / SEEN).write_bytes(b"damaged")
    with pytest.raises(BadInput, match="truncated"):
        overlap_of(open_checkpoint(copy), test)
    (copy / SEEN).unlink()
    assert "missing" in overlap_of(open_checkpoint(copy), test).reason


def test_the_hash_names_the_jets_and_not_the_file(data: Path, tmp_path: Path) -> None:
    jets = read_jets(data / "test.h5")
    write_jets(tmp_path / "again.h5", jets, compression=1)
    first = identity(data / "test.h5")
    assert identity(tmp_path / "again.h5").sha256 == first.sha256
    other = Jets(**{**vars(jets), "label": 1 - jets.label})
    write_jets(tmp_path / "labels.h5", other)
    assert identity(tmp_path / "labels.h5").sha256 != first.sha256
    cut = Jets(**{**vars(jets), "constituents": np.ascontiguousarray(jets.constituents[:, :2])})
    write_jets(tmp_path / "cut.h5", cut)
    assert "fewer" in identity(tmp_path / "cut.h5").altered


def test_model_json_has_the_same_hash(undisturbed: tuple[Checkpoint, float], data: Path) -> None:
    listed = open_checkpoint(undisturbed[0].path).config.training.data
    assert listed["train"][0].sha256 == identity(data / "train.h5").sha256


def test_strict_eval_refuses_training_jets(undisturbed: tuple[Checkpoint, float], data: Path) -> None:
    command = ["eval", str(undisturbed[0].path), "--data", str(data / "train.h5")]
    said = CliRunner().invoke(app, command)
    assert "SEEN IN TRAINING: 1,500 of these 1,500 jets" in " ".join(said.output.split())
    refused = CliRunner().invoke(app, [*command, "--strict"])
    assert isinstance(refused.exception, BadInput)
