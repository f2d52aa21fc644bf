"""A few inputs of ``scripts/fuzz.py``, those among them that failed once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from studies.fuzzing.later_readers import LATER_READERS

SCRIPT = Path(__file__).parents[1] / "scripts" / "fuzz.py"


def fuzz(first: int, count: int, seed: int = 1, readers: str = "first") -> subprocess.CompletedProcess[str]:
    words = ["--seed", seed, "--first", first, "--inputs", count, "--readers", readers]
    command = [sys.executable, SCRIPT, *words]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


@pytest.mark.parametrize("number", [83, 803, 1575, 2311])
def test_inputs_that_failed_once(number: int) -> None:
    done = fuzz(number, 1)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_damage_of_every_reader() -> None:
    done = fuzz(0, 16, seed=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 inputs, 0 failures" in done.stdout


def test_good_files_of_the_later_readers_are_read(tmp_path: Path) -> None:
    for reader in LATER_READERS:
        reader.make(tmp_path / reader.name)
        reader.read(tmp_path / reader.name)


def test_damages_of_the_later_readers() -> None:
    done = fuzz(0, 60, readers="later")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 inputs, 0 failures" in done.stdout
    for reader in LATER_READERS:
        assert re.search(rf"^{re.escape(reader.name)} +refused", done.stdout, re.MULTILINE), reader.name
