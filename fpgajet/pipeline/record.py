"""``build.json``: what every stage read and wrote, so that unchanged stages are skipped."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fpgajet
from fpgajet.errors import BadInput, MissingTool, ToolFailed
from fpgajet.files import read_json, sha256, write_json
from fpgajet.hls.backends import COMPILER
from fpgajet.pipeline.ahead import Ahead, timed
from fpgajet.pipeline.code import code_digest
from fpgajet.pipeline.reporter import Reporter, reported
from fpgajet.processes import run

RECORD = "build.json"
VERSIONED = ("numpy", "torch", "brevitas", "onnx", "onnxruntime", "qonnx", "hls4ml")
#: Optional tools: a stage that uses one reads its version, so that installing it leaves the other stages alone.
TOOLS = ("alkaid", "verilator", "pyosys")


@dataclass(frozen=True)
class Stage:
    """One step of the build.

    Attributes:
        name: shown to the user and used in ``build.json``.
        reads: everything the outcome depends on: settings, and hashes of files.
        writes: files or directories, relative to the build directory.
        run: does the work; returns a short description of the outcome.
        code: modules that the work is done in; a change in them, or in what they import, runs the stage again.
    """

    name: str
    reads: dict[str, Any]
    writes: tuple[str, ...]
    run: Callable[[], str]
    code: tuple[str, ...]


class Record:
    """The state of one build directory."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.path = out / RECORD
        self.stages: dict[str, dict[str, Any]] = read_record(out).get("stages", {})
        self.facts: dict[str, Any] = {}

    def begin(self, stage: Stage, ahead: Ahead) -> None:
        """Begin a stage ahead of those before it in the build, unless it is up to date."""
        if not self._fresh(stage, _key(stage)):
            self._withdraw(stage)
            ahead.begin(stage.name, stage.run)

    def perform(self, stage: Stage, reporter: Reporter, ahead: Ahead | None = None) -> bool:
        """Run a stage, or wait for it if it has begun ahead, unless it is up to date; whether it ran."""
        with reported(reporter, stage.name):
            return self._perform(stage, reporter, ahead)

    def _perform(self, stage: Stage, reporter: Reporter, ahead: Ahead | None) -> bool:
        key = _key(stage)
        if self._fresh(stage, key):
            reporter.skipped(stage.name, self.stages[stage.name]["outcome"])
            return False
        self._withdraw(stage)
        outcome, seconds = ahead.finish(stage.name, stage.run) if ahead else timed(stage.run)
        self.stages[stage.name] = {
            "key": key,
            "reads": stage.reads,
            "writes": self._hashes(stage.writes),
            "seconds": round(seconds, 3),
            "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "outcome": outcome,
        }
        self.save()
        reporter.finished(stage.name, outcome, seconds)
        return True

    def _fresh(self, stage: Stage, key: str) -> bool:
        known = self.stages.get(stage.name)
        return bool(known and known["key"] == key and known["writes"] == self._hashes(stage.writes))

    def _withdraw(self, stage: Stage) -> None:
        """A stage that is interrupted must not look finished."""
        self.stages.pop(stage.name, None)
        self.save()

    def forget(self, *names: str) -> None:
        """Drop stages that this build leaves out: their old results are not part of it."""
        for name in names:
            self.stages.pop(name, None)

    def _hashes(self, names: tuple[str, ...]) -> dict[str, str | None]:
        return {name: path_digest(self.out / name) for name in names}

    def save(self) -> None:
        """Write ``build.json``."""
        header = {"schema_version": 1, "fpgajet": fpgajet.__version__, "versions": versions() | tools()}
        write_json(self.path, header | self.facts | {"stages": self.stages})


def read_record(out: Path) -> dict[str, Any]:
    """The content of ``build.json``, empty if there is none.

    Raises:
        BadInput: it is damaged.
    """
    path = out / RECORD
    if not path.is_file():
        return {}
    way_out = "Remove it, and `fpgajet build` builds everything again."
    try:
        content = read_json(path)
    except BadInput as error:
        raise BadInput(f"{error} {way_out}") from error
    parts = ("settings", "stages")
    if not isinstance(content, dict) or not all(isinstance(content.get(key, {}), dict) for key in parts):
        raise BadInput(f"{path} is not the record of a build. {way_out}")
    return content


#: What the compiler said: nothing of the report rests on it.
UNCHECKED = frozenset({"csim"})
#: Written by ``fpgajet synth``, which is no stage of the build but notes its file among them.
SYNTHESIS = "synthesis.json"


def altered(out: Path) -> list[str]:
    """Names of the files and folders that are not those which the stages wrote, by the hashes in ``build.json``."""
    noted = noted_hashes(out)
    if noted is None:
        return [RECORD]
    wrong = [
        name for name, digest in noted.items() if name not in UNCHECKED and path_digest(out / name) != digest
    ]
    if (out / SYNTHESIS).is_file() and SYNTHESIS not in noted:
        wrong.append(SYNTHESIS)
    return sorted(wrong)


def noted_hashes(out: Path) -> dict[str, str | None] | None:
    """By name of a file or folder, its hash in ``build.json``; None where the record is damaged."""
    noted: dict[str, str | None] = {}
    for stage in read_record(out).get("stages", {}).values():
        if not isinstance(stage, dict) or not isinstance(stage.get("writes"), dict):
            return None
        noted |= stage["writes"]
    return noted


def note_synthesis(out: Path, seconds: float) -> None:
    """Note what ``fpgajet synth`` wrote, so that a report can tell it from an edited file."""
    note_written(out, "synth", SYNTHESIS, seconds)


def note_written(out: Path, stage: str, name: str, seconds: float) -> None:
    """Note a file that a command wrote which is no stage of a build."""
    record = read_record(out)
    record["stages"][stage] = {
        "key": "",
        "reads": {},
        "writes": {name: path_digest(out / name)},
        "seconds": round(seconds, 3),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "outcome": "",
    }
    write_json(out / RECORD, record)


def path_digest(path: Path) -> str | None:
    """SHA-256 of a file, or of names and contents of all files of a directory; None if there is neither."""
    if path.is_file():
        return sha256(path)
    if not path.is_dir():
        return None
    files = sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return _digest({str(p.relative_to(path)): sha256(p) for p in files})


@functools.cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that can change a result."""
    return {"python": platform.python_version(), **_installed(VERSIONED)}


@functools.cache
def tools() -> dict[str, str]:
    """Versions of the C++ compiler and of the tools of the RTL flow, as far as they are installed."""
    found = _installed(TOOLS)
    with contextlib.suppress(MissingTool, ToolFailed):
        asked = run([COMPILER, "-dumpfullversion"], timeout=10)
        if asked.status == 0:
            found[COMPILER] = asked.output.strip()
    return found


def _installed(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _key(stage: Stage) -> str:
    """Everything that the outcome of a stage depends on."""
    code = code_digest((stage.run.__module__, *stage.code))
    return _digest({"reads": stage.reads, "code": code, "versions": versions()})


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
