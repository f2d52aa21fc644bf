"""Unusual surroundings: nothing may be writable but the output, clocks may run backwards, files may be private."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fpgajet.errors import CannotWrite
from fpgajet.folders import exclusive
from quant.data import write_jets
from quant.data.reading.shipped import shipped_sample
from tests.rtl.small_model import small_model
from tests.toy_jets import toy_jets

NOBODY = 65534
ESTIMATE = ["estimate", "npelican-n8-c2", "--json"]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def run(
    words: list[str], cwd: Path, before: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [*(before or []), sys.executable, "-m", "fpgajet", *words]
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of the user nobody with a jet file, in one that may be read: pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="fpgajet-test-") as around:
        Path(around).chmod(0o755)
        mine = Path(around) / "mine"
        mine.mkdir()
        write_jets(mine / "jets.h5", toy_jets(50, 4))
        if os.geteuid() == 0:
            for path in (mine, mine / "jets.h5"):
                os.chown(path, NOBODY, NOBODY)
        yield mine


def nobody(place: Path) -> list[str]:
    """The beginning of a command line that runs it as the user nobody; skips where that user sees no Python."""
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv")
    seen = subprocess.run(
        [*words, sys.executable, "-c", "import fpgajet"], cwd=place, capture_output=True, check=False
    )
    if seen.returncode:
        pytest.skip("another user cannot read this Python or this checkout")
    return words


@as_root
def test_a_user_who_may_write_nothing_but_the_output(place: Path) -> None:
    """Read-only HOME, checkout and current directory, as in a container; results are as root's."""
    around = place.parent
    done = run(ESTIMATE, around, nobody(place), HOME=str(around / "none"), XDG_CACHE_HOME="/proc/none")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(run(ESTIMATE, around).stdout)
    words = ["data", "convert", str(place / "jets.h5"), "--out", str(place / "out.h5")]
    done = run(words, around, nobody(place), HOME=str(around / "none"), TMPDIR=str(place))
    assert done.returncode == 2, "already a jet file: said, not a traceback"
    done = run(
        ["data", "plot", str(place / "jets.h5"), "--out", "jets.png"],
        around,
        nobody(place),
        HOME="/proc/none",
    )
    assert done.returncode == CannotWrite.exit_code, done.stderr
    assert "Permission denied" in done.stderr
    done = run(
        ["data", "plot", "jets.h5", "--out", "jets.png"],
        place,
        nobody(place),
        HOME="/proc/none",
        MPLCONFIGDIR="/proc/none",
    )
    assert done.returncode == 0, done.stderr


@as_root
def test_temporary_files_that_cannot_be_written(place: Path, model: Path) -> None:
    """The message names what cannot be written; without need for temporary files nothing changes."""
    locked = place.parent / "locked"
    locked.mkdir(mode=0o555)
    done = run(ESTIMATE, place, nobody(place), TMPDIR=str(locked))
    assert done.returncode == 0, done.stderr
    os.chown(model, NOBODY, NOBODY)
    words = ["rtl", str(model), "--no-synth", "--jets", "20"]
    hidden = nobody(place)
    done = run(words, place, hidden, TMPDIR=str(locked), HOME=str(locked))
    assert done.returncode in (0, CannotWrite.exit_code, 5), (
        done.stderr
    )  # Python falls back to /tmp where it may
    assert "Traceback" not in done.stderr


@pytest.fixture
def model(place: Path) -> Path:
    """A directory with the model of a small network."""
    return small_model(place)


def test_private_files(place: Path, model: Path) -> None:
    """umask 077: files are the user's alone, and the next run reads them."""
    words = [sys.executable, "-m", "fpgajet", "rtl", str(model), "--no-synth", "--jets", "20"]
    for _ in range(2):
        done = subprocess.run(
            ["sh", "-c", 'umask 077; exec "$@"', "sh", *words], capture_output=True, text=True, check=False
        )
        if done.returncode == 5:
            pytest.skip("needs the tools of the RTL flow")
        assert done.returncode == 0, done.stderr
    assert {path.stat().st_mode & 0o077 for path in (model / "rtl").glob("*.v")} == {0}


def test_a_clock_that_was_set_back(place: Path) -> None:
    """Files from the future: times are shown, and nothing is decided by them."""
    if shutil.which("faketime") is None:
        pytest.skip("needs faketime")
    future = time.time() + 10**8
    os.utime(place / "jets.h5", (future, future))
    words = ["data", "info", "jets.h5", "--json"]
    done = run(words, place, ["faketime", "2001-01-01 00:00:00"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["jets"] == 50
    assert done.stdout == run(words, place).stdout


def test_two_at_once_in_one_directory(place: Path) -> None:
    """The second says so; the first is not disturbed."""
    with exclusive(place / "out"):
        done = run(["build", "--out", "out", "--flow", "rtl", "--no-synth"], place)
    assert done.returncode == 2
    assert "another fpgajet is at work in out" in done.stderr
    assert [path.name for path in (place / "out").iterdir()] == [".lock"]


def test_two_at_once_in_two_directories(place: Path, model: Path) -> None:
    """They share temporary files and caches, and no result."""
    other = shutil.copytree(model, place / "other")
    words = [sys.executable, "-m", "fpgajet", "rtl", "--no-synth", "--jets", "20"]
    both = [
        subprocess.Popen([*words, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for folder in (model, other)
    ]
    said = [process.communicate()[1] for process in both]
    if both[0].returncode == 5:
        pytest.skip("needs the tools of the RTL flow")
    assert [process.returncode for process in both] == [0, 0], said
    first, second = ({p.name: p.read_bytes() for p in (f / "rtl").glob("*.v")} for f in (model, other))
    assert first == second
    assert first


def test_the_sample_that_is_shipped_is_never_written(place: Path) -> None:
    """A checkout may be read-only: readers open nothing for writing."""
    before = shipped_sample().stat()
    assert run(["data", "info", str(shipped_sample()), "--json"], place).returncode == 0
    after = shipped_sample().stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)
