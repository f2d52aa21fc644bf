"""One complete build on the shipped sample, shared by all tests of this room (and copied where changed)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = ["build", "--model", "npelican", "--part", "xcvu9p"]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``fpgajet build --model npelican --part xcvu9p`` as a user runs it; returns the build directory."""
    folder = tmp_path_factory.mktemp("build")
    done = subprocess.run(
        [sys.executable, "-m", "fpgajet", *COMMAND, "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    (folder / "stdout.json").write_text(done.stdout)
    (folder / "stderr.txt").write_text(done.stderr)
    (out,) = (folder / "builds").iterdir()
    return out


@pytest.fixture
def build_copy(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))
