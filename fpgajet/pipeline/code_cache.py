"""What was read from Python sources, kept by their content: parsing all of ours takes half of a warm build."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import TypedDict

from fpgajet.compiled import is_private, user_cache
from fpgajet.errors import BadInput, CannotWrite
from fpgajet.files import read_json, write_json

#: Changes with what is read from a source or how: old entries are then not found.
VERSION = "1"


class Facts(TypedDict):
    """Of one source: names in its import statements; SHA-256 of its syntax tree without docstrings."""

    imports: list[str]
    digest: str


def key_of(module: str, source: str) -> str:
    """SHA-256 over all that the facts of a module depend on."""
    parts = (VERSION, sys.version, module, source)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def remembered(key: str) -> Facts | None:
    """The facts of an earlier process, None if there are none or they are damaged."""
    found = _kept().get(key)
    if not isinstance(found, dict) or not isinstance(found.get("digest"), str):
        return None
    names = found.get("imports")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return Facts(imports=names, digest=found["digest"])


def keep(facts: dict[str, Facts]) -> None:
    """Write the facts of this process, if they are others than those on disk; a place that refuses is let be."""
    path = _path()
    if not facts or facts.keys() <= _kept().keys():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private(path.parent):
            write_json(path, facts)
    except (OSError, CannotWrite):
        return


@cache
def _kept() -> dict[str, object]:
    path = _path()
    try:
        content = read_json(path) if is_private(path.parent) else {}
    except (BadInput, OSError):
        return {}
    return content if isinstance(content, dict) else {}


def _path() -> Path:
    return user_cache() / "code.json"
