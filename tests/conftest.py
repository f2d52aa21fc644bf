"""Fixtures shared by the tests of all packages."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fpgajet.cli import COLLECTION
from tests.command_server import CommandServer

# A loaded machine is no failure: examples may take as long as they take.
settings.register_profile("fpgajet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fpgajet")

# As the command line does: circuits are millions of objects without cycles.
gc.set_threshold(*COLLECTION)

# One thread a process: the models are tiny, and pytest-xdist already uses the cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Started in the background by a shell, this process ignores Ctrl-C, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Under nohup it ignores the end of its terminal, and so would they.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Commands that tests start find the bytecode of those before them: without it, each parses the whole pipeline.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    """One cache of compiled code for all workers of this run, empty at its start; nothing of the user's own."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="fpgajet-tests-")
        os.environ["XDG_CACHE_HOME"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def commands() -> Iterator[CommandServer]:
    server = CommandServer()
    yield server
    server.close()


@pytest.fixture
def fpgajet(tmp_path: Path, commands: CommandServer) -> Run:
    """Run the command line as a user does, in an empty directory."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        words = list(map(str, arguments))
        given = {**os.environ, "COLUMNS": "200", **environment}
        if any(name.startswith("PYTHON") for name in environment):  # settings of an interpreter of its own
            command = [sys.executable, "-m", "fpgajet", *words]
            return subprocess.run(
                command, capture_output=True, text=True, cwd=tmp_path, env=given, check=False
            )
        return commands.run(words, tmp_path, given)

    return run


@pytest.fixture
def fake_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put an executable script of a given name first on PATH."""
    folder = tmp_path / "fake-bin"

    def make(name: str, script: str) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(script)
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return path

    return make
