"""The command that trains a configuration again, for the record in its checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from quant.models.families import FAMILIES
from quant.models.training_settings import TrainingSettings


def training_command(settings: TrainingSettings, data: Path, run: Path) -> list[str]:
    """``fpgajet train`` with every setting that is not the family's default."""
    family = FAMILIES[settings.model]
    usual = family.settings.model_validate({}).model_dump(mode="json")
    words = ["fpgajet", "train", "--model", settings.model, "--data", str(data), "--out", str(run)]
    for name, value in _differing(settings.model_dump(mode="json"), usual):
        words += ["--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    return words


def _differing(
    values: Mapping[str, Any], usual: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        known = usual.get(name)
        if isinstance(value, dict) and isinstance(known, dict):
            yield from _differing(value, known, f"{prefix}{name}.")
        elif value != known:
            yield f"{prefix}{name}", value
