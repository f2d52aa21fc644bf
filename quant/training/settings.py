"""Everything that decides the outcome of a training run, with its defaults, from file and command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fpgajet.errors import BadInput
from fpgajet.files import read_table
from fpgajet.ops.forms import MOMENTA, InputForm


class Until(StrEnum):
    """Stages of a run, in their order: it may stop after any."""

    FLOAT = "float"
    CALIBRATION = "calibration"
    QUANTISED = "quantised"


class Settings(BaseModel):
    """Settings of ``fpgajet train`` that all families share; a family adds its own and sets ``model``.

    The key names are those of ``--set`` and of configuration files.

    Attributes:
        model: name of the family. constituents: N, leading constituents of a jet that are read.
        restarts, screen_epochs, screen_jets: that many networks are trained briefly on the first jets and
            the one with the best validation AUC goes on: bad optima are the main hazard.
        float_epochs, float_rate, quantised_epochs, quantised_rate: epochs and peak learning rates; rates
            rise linearly over the first ``warm_up`` share of the steps and fall as a cosine to 0.
        scale_rounds: so often ``quantised_epochs`` of fine-tuning are followed by a search that moves binary points
            on the weights as they are then: learned power-of-two scales. In the last fine-tuning they are frozen.
        calibration_jets: first training jets that place the binary points.
        max_jets: use only the first training jets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: str
    constituents: int = Field(default=16, ge=1, le=256)

    seed: int = Field(default=1, ge=0)
    batch: int = Field(default=512, ge=2)
    restarts: int = Field(default=10, ge=1)
    screen_epochs: int = Field(default=4, ge=1)
    screen_jets: int = Field(default=100_000, ge=1)
    float_epochs: int = Field(default=20, ge=1)
    float_rate: float = Field(default=0.003, gt=0)
    quantised_epochs: int = Field(default=4, ge=0)
    quantised_rate: float = Field(default=0.0005, gt=0)
    scale_rounds: int = Field(default=0, ge=0)
    warm_up: float = Field(default=0.03, ge=0, le=1)
    calibration_jets: int = Field(default=8_000, ge=1)
    max_jets: int | None = Field(default=None, ge=1)

    @property
    def form(self) -> InputForm:
        """How four-momenta become the network's input."""
        return MOMENTA


def read_settings(file: Path | None, assignments: Sequence[str], **given: Any) -> Any:
    """The settings of a family, from defaults, file and command line, the later ones winning.

    The file is JSON or TOML; ``given`` counts where it is not None; assignments are ``key=value``. A dotted key
    reaches inside (``bits.weight=4``); values are JSON, or text where they are not JSON. ``model`` names the
    family (``npelican`` by default) whose settings class is returned.

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
    from quant.models.families import family_named  # the families' settings derive from the class above

    settings = family_named(values.setdefault("model", "npelican")).settings
    try:
        return settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        known = ", ".join(settings.model_fields)
        raise BadInput(f"setting {where or 'given'}: {first['msg']}. Known settings: {known}.") from error


def _assign(values: dict[str, Any], key: str, text: str) -> None:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    *path, last = key.split(".")
    for part in path:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BadInput(f"--set {key}: {part} is not a group of settings.")
        values = inner
    values[last] = value
