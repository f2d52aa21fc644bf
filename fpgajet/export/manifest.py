"""``manifest.json``: what an export consists of, with hashes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fpgajet
from fpgajet.files import sha256, write_json

MANIFEST = "manifest.json"


def write_manifest(
    folder: Path, target: str, name: str, model: Mapping[str, str], facts: Mapping[str, Any]
) -> None:
    """Written last: it names every other file.

    Args:
        folder: the finished export.
        target: what it is for.
        name: what all its names begin with.
        model: name and ``sha256`` of the ONNX file.
        facts: what else is known, for example how many events were compared.

    Raises:
        CannotWrite: the folder cannot be written.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    document = {
        "schema_version": 1,
        "fpgajet": fpgajet.__version__,
        "target": target,
        "name": name,
        "model": dict(model),
        **facts,
        "files": {path.relative_to(folder).as_posix(): sha256(path) for path in files},
    }
    write_json(folder / MANIFEST, document)
