"""Jets and one undisturbed run, shared by all tests of training."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from quant.checkpoint import Checkpoint
from tests.quant.jets import write_labelled_jets
from tests.quant.training.small_run import run


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_labelled_jets(tmp_path_factory.mktemp("jets"), train=1500, val=600, test=600)


@pytest.fixture(scope="package")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, float]:
    start = time.monotonic()
    checkpoint = run(data, tmp_path_factory.mktemp("run") / "undisturbed")
    return checkpoint, time.monotonic() - start
