"""A command in a copy of the server does what it does in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_server import CommandServer


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (["build", "--help"], "80"),
        (["build", "--help"], "200"),
        (["data", "info", "text.h5"], "80"),
        (["report", "caf\udce9"], "80"),
        (["estimate", "npelican", "--nonsense"], "80"),
    ],
)
def test_the_same_in_a_process_of_its_own(
    commands: CommandServer, tmp_path: Path, words: list[str], columns: str
) -> None:
    (tmp_path / "text.h5").write_text("no HDF5")
    environment = os.environ | {"COLUMNS": columns}
    own = subprocess.run(
        [sys.executable, "-m", "fpgajet", *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for _ in range(2):  # the second finds the modules of the first
        copy = commands.run(words, tmp_path, environment)
        assert (copy.returncode, copy.stdout, copy.stderr) == (own.returncode, own.stdout, own.stderr)
