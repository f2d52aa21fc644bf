"""A trained model and all steps of its compression, shared by the tests."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from quant.checkpoint import Checkpoint
from quant.compression.steps import Step
from quant.training.run import prepare, train
from tests.quant.compression.small_compression import EVERYTHING, SMALL, settings, steps
from tests.quant.jets import (
    write_labelled_jets,
)


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_labelled_jets(tmp_path_factory.mktemp("jets"), train=1500, val=600, test=600)


@pytest.fixture(scope="package")
def source(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    out = tmp_path_factory.mktemp("run") / "small"
    prepare(out, SMALL, resume=False)
    made = train(SMALL, data, out, lambda *_: None, name="small", command=["fpgajet", "train"])
    assert made is not None
    return made


@pytest.fixture(scope="package")
def undisturbed(
    source: Checkpoint, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[tuple[Step, Checkpoint]], float]:
    start = time.monotonic()
    found = steps(source, data, tmp_path_factory.mktemp("compressed"), settings(source, **EVERYTHING))
    return found, time.monotonic() - start
