"""Jets, one undisturbed run and one taught by it, shared by all tests of training."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fpgajet import api
from quant.checkpoint import Checkpoint, open_checkpoint
from tests.quant.jets import write_labelled_jets
from tests.quant.training.small_run import SHORT, run

Taught = Callable[..., Checkpoint]


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_labelled_jets(tmp_path_factory.mktemp("jets"), train=1500, val=600, test=600)


@pytest.fixture(scope="package")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, float]:
    start = time.monotonic()
    checkpoint = run(data, tmp_path_factory.mktemp("run") / "undisturbed")
    return checkpoint, time.monotonic() - start


@pytest.fixture(scope="package")
def taught(
    data: Path, undisturbed: tuple[Checkpoint, float], tmp_path_factory: pytest.TempPathFactory
) -> Taught:
    """A short training with the undisturbed run as teacher, which may be given another way."""

    def train(**given: object) -> Checkpoint:
        out = tmp_path_factory.mktemp("taught") / "run"
        settings = SHORT | given.pop("settings", {})  # type: ignore[operator]
        options = {"teacher": undisturbed[0].path, "data": data} | given
        where = Path(str(options.pop("data")))
        api.train(where, out, settings=settings, name="taught", **options)  # type: ignore[arg-type]
        return open_checkpoint(out)

    return train


@pytest.fixture(scope="package")
def pupil(taught: Taught) -> Checkpoint:
    return taught()
