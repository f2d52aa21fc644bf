"""Checking the TOML tables, with errors a user can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from fpgajet.errors import BadInput

DATA = Path(__file__).parent / "data"

M = TypeVar("M", bound=BaseModel)


def build(model: type[M], values: Mapping[str, Any], what: str) -> M:
    """Validate a table against a pydantic model.

    Raises:
        BadInput: one paragraph that names every wrong key of ``what`` and the keys there are.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        problems = [_problem(entry, model) for entry in error.errors()]
        raise BadInput(f"{what} cannot be used: {'; '.join(problems)}.") from error


def _problem(entry: Any, model: type[BaseModel]) -> str:
    path = ".".join(str(step) for step in entry["loc"])
    if entry["type"] == "extra_forbidden":
        hint = suggest(path, model.model_fields) if len(entry["loc"]) == 1 else ""
        return f"unknown key {path!r}{hint}"
    if entry["type"] == "missing":
        return f"key {path!r} is missing"
    given = f" (given: {entry['input']!r})" if not isinstance(entry["input"], dict) else ""
    message = entry["msg"][0].lower() + entry["msg"][1:]
    return f"{path!r}: {message.removeprefix('value error, ')}{given}" if path else message


def suggest(name: str, known: Iterable[str]) -> str:
    """`` (did you mean ...?)``, or the list of all known names when none is close."""
    known = sorted(known)
    close = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.6)
    if close:
        return f" (did you mean {' or '.join(close)}?)"
    return f" (known: {', '.join(known)})"
