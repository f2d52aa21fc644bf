"""Settings of a training run from defaults, a file and the command line. No torch here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ValidationError

from fpgajet.errors import BadInput
from fpgajet.files import read_table
from quant.models.families import FAMILIES, family_named


def read_settings(file: Path | None, assignments: Sequence[str], **given: Any) -> Any:
    """The settings of a family, from defaults, file and command line, the later ones winning.

    The file is JSON or TOML; ``given`` counts where it is not None; assignments are ``key=value``. A dotted key
    reaches inside (``bits.weight=4``); values are JSON, or text where they are not JSON. ``model`` names the
    family (``npelican`` by default) whose settings class is returned; ``preset`` names one of its presets, whose
    settings count where no other value is given. A preset that names a ``model`` is the preset of that other family,
    where a published network is not the one that hardware can follow.

    Raises:
        BadInput: unreadable file, unknown family or key, or a value that does not fit.
    """
    values = read_table(file) if file else {}
    values.update({key: value for key, value in given.items() if value is not None})
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise BadInput(f"--set {assignment!r} is not of the form key=value.")
        _assign(values, key.strip(), text.strip())
    family = family_named(values.setdefault("model", "npelican"))
    settings = family.settings
    if (preset := values.get("preset")) is not None:
        if preset not in family.presets:
            known = ", ".join(family.presets) or "none"
            raise BadInput(f"{family.name} has no preset {preset!r}. There are: {known}.")
        if (other := family.presets[preset].get("model")) is not None:
            family, values["model"] = family_named(other), other
            settings = family.settings
        values = dict(family.presets[preset]) | values
    if values.get("features") and "features" not in settings.model_fields:
        able = ", ".join(
            name for name, known in FAMILIES.items() if "features" in known.settings.model_fields
        )
        raise BadInput(f"{family.name} takes no features of constituents beside their momenta; {able} do.")
    try:
        return settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        group, keys = _group(settings, first["loc"])
        raise BadInput(
            f"setting {where or 'given'}: {first['msg']}. Known settings{group}: {', '.join(keys)}."
        ) from error


def _group(settings: type, path: Sequence[int | str]) -> tuple[str, list[str]]:
    """The innermost group of settings on the way to ``path``: how it is called, and its keys."""
    name, known = "", _fields(settings)
    for depth, part in enumerate(path[:-1]):
        inner = known.get(str(part))
        kinds = [kind for kind in (inner, *get_args(inner)) if _fields(kind)]
        if not kinds:
            break
        name, known = " of " + ".".join(map(str, path[: depth + 1])), _fields(kinds[0])
    return name, list(known)


def _fields(kind: Any) -> dict[str, Any]:
    """Types of the fields of a pydantic model or dataclass by name; empty for anything else."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    return dict(get_type_hints(kind)) if isinstance(kind, type) and is_dataclass(kind) else {}


def _assign(values: dict[str, Any], key: str, text: str) -> None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or a number of thousands of digits
        value = text
    *path, last = key.split(".")
    for part in path:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BadInput(f"--set {key}: {part} is not a group of settings.")
        values = inner
    values[last] = value
