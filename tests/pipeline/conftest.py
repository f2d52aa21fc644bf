"""One complete build on the shipped sample, shared by all tests of the pipeline (and copied where changed)."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: Without Yosys, which takes minutes and has tests of its own in tests/rtl.
COMMAND = ["build", "--model", "npelican", "--part", "xcvu9p", "--no-synth"]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main job as a user runs it; returns the build directory, which no test may change.

    Workers of pytest-xdist share one: the first to come builds, the others wait for it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder /= "shared-build"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "stdout.json").exists():
            done = subprocess.run(
                [sys.executable, "-m", "fpgajet", *COMMAND, "--json"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "COLUMNS": "200"},
            )
            assert done.returncode == 0, done.stderr
            (folder / "stderr.txt").write_text(done.stderr)
            (folder / "stdout.json").write_text(done.stdout)
    (out,) = (folder / "builds").iterdir()
    return out


@pytest.fixture
def build_copy(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))
