"""Tests that run in a copy of the repository, in a process of their own, with limits on what a mutant can do.

Each run is a fork of this process, in which the large packages are imported already: that saves most of a run's time.
Nothing of the project may be used before the fork, and what was imported of it is forgotten after it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Imported before the first fork.
LARGE = (
    "numpy",
    "pytest",
    "hypothesis",
    "onnx",
    "h5py",
    "torch",
    "alkaid",
    "qonnx",
    "onnxruntime",
    "typer",
    "rich",
)
OWN = ("fpgajet", "quant", "studies", "tests", "scripts")
MEMORY_BYTES = 6 << 30
#: Largest file that a mutant may write.
FILE_BYTES = 1 << 30


@dataclass
class Baseline:
    """What the tests of a package do without a change.

    Attributes:
        seconds: of CPU, by test. tests: by file of the project and line, those that run the line.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def running(self, path: str, lines: Sequence[int]) -> list[str]:
        """The tests that run any of the lines, the short ones of a short file first."""
        by_line = self.tests.get(path, {})
        found = {test for line in lines for test in by_line.get(line, [])}
        total: dict[str, float] = {}
        for test in found:
            file = test.partition("::")[0]
            total[file] = total.get(file, 0.0) + self.seconds[test]
        return sorted(found, key=lambda test: (total[test.partition("::")[0]], test.partition("::")[0],
                                               self.seconds[test]))  # fmt: skip


def import_large_packages() -> None:
    """Import what most tests need, so that forks have it."""
    for name in LARGE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def copy_of(root: Path, work: Path) -> Path:
    """The files that git tracks, in a folder of their own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, target)
    return work


def baseline(work: Path, folders: Sequence[str], covered: Sequence[str], found: Path) -> Baseline:
    """Run the tests without a change, and note which lines each test runs.

    Args:
        work: copy of the repository. folders: of the tests. covered: files of the project whose lines count.
        found: file that keeps the outcome; if it exists, it is read and nothing runs.

    Raises:
        RuntimeError: they do not pass.
    """
    if found.exists():
        return _read(found)
    process = _fork(work, list(folders), _Watch(work, covered, found), cpu_seconds=3600)
    if os.waitpid(process, 0)[1] != 0:
        said = work.with_name("log").read_text(encoding="utf-8", errors="replace")[-3000:]
        raise RuntimeError(f"{', '.join(folders)} do not pass without a change:\n{said}")
    return _read(found)


def _read(found: Path) -> Baseline:
    content = json.loads(found.read_text(encoding="utf-8"))
    tests = {p: {int(line): t for line, t in by_line.items()} for p, by_line in content["tests"].items()}
    return Baseline(content["seconds"], tests)


def outcome(work: Path, tests: Sequence[str], seconds: Mapping[str, float]) -> str:
    """``killed``, ``limit`` (a test took far longer than without the change) or ``survived``.

    Args:
        work: copy of the repository with a mutant. tests: names, in the order to run.
        seconds: of CPU without a change, by test.
    """
    if not tests:
        return "survived"
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    total = sum(seconds[test] for test in tests)
    child = _fork(work, files, _Chosen(tests, seconds), cpu_seconds=int(5 * total + 30))
    end = time.monotonic() + 20 * total + 300  # of waiting, on a loaded machine
    try:
        while time.monotonic() < end:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return _meaning(status)
            time.sleep(0.05)
        return "limit"
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # and whatever it started
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def _meaning(status: int) -> str:
    if os.WIFSIGNALED(status):
        return (
            "limit" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGXFSZ, signal.SIGPROF) else "killed"
        )
    code = os.WEXITSTATUS(status)
    if code not in (0, 1, 2):  # pytest: passed, failed, not to be imported
        raise RuntimeError(f"pytest ended with {code}: the tests did not run")
    return "survived" if code == 0 else "killed"


class _Chosen:
    """A plugin that keeps some tests, in their order, and ends the process when one takes far too long."""

    def __init__(self, tests: Sequence[str], seconds: Mapping[str, float]) -> None:
        self.place = {test: place for place, test in enumerate(tests)}
        self.seconds = seconds

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_PROF, 4 * self.seconds[nodeid] + 8)  # SIGPROF, which nobody handles

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])


class _Watch:
    """A plugin that notes CPU time and lines of every test."""

    def __init__(self, work: Path, covered: Sequence[str], found: Path) -> None:
        import coverage

        self.work, self.covered, self.found = work, covered, found
        self.seconds: dict[str, float] = {}
        self.coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(work / name) for name in covered]
        )

    def pytest_configure(self) -> None:
        self.coverage.start()

    def pytest_runtest_protocol(self, item: Any) -> Generator[None, object, object]:
        self.coverage.switch_context(item.nodeid)
        before = sum(os.times()[:4])
        result = yield
        self.seconds[item.nodeid] = sum(os.times()[:4]) - before
        self.coverage.switch_context("")
        return result

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        tests = {}
        for name in self.covered:
            by_line = data.contexts_by_lineno(str(self.work / name))
            tests[name] = {line: [t for t in found if t in self.seconds] for line, found in by_line.items()}
        self.found.write_text(json.dumps({"seconds": self.seconds, "tests": tests}))


def _fork(work: Path, paths: list[str], plugin: object, *, cpu_seconds: int) -> int:
    """The process id of a fork that runs tests and exits with pytest's code; its output goes to a log."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        log = os.open(work.with_name("log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for stream in (1, 2):
            os.dup2(log, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        _enter(work)
        import pytest

        if isinstance(plugin, _Watch):  # a hook around others must be marked as one
            wrapper = pytest.hookimpl(wrapper=True)
            _Watch.pytest_runtest_protocol = wrapper(_Watch.pytest_runtest_protocol)  # type: ignore[method-assign]
        quiet = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
        words = ["-q", "-x", "-p", "no:cacheprovider", "-W", quiet]
        code = int(pytest.main([*words, *paths], plugins=[plugin]))
    except BaseException as error:
        print(repr(error), flush=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _enter(work: Path) -> None:
    """Make the copy the project of this process and of its children, and give it temporary files of its own."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]
    home, temporary = work.with_name("home"), work.with_name("tmp")
    for folder in (home, temporary):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    os.environ |= {
        "PYTHONPATH": str(work), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(home), "TMPDIR": str(temporary),
        "XDG_CACHE_HOME": str(home / ".cache"), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    sys.dont_write_bytecode = True
    tempfile.tempdir = None
    sys.path.insert(0, str(work))
    importlib.invalidate_caches()
    os.chdir(work)
