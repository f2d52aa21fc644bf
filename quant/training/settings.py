"""Everything that decides the outcome of a training run, with its defaults, from file and command line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fpgajet.errors import BadInput
from fpgajet.files import read_json
from quant.models.config import NBAR, Architecture, Bits, Effort


class Settings(BaseModel):
    """Settings of ``fpgajet train``; the key names are those of ``--set`` and of configuration files.

    Attributes:
        nbar: normaliser of the float model; None means 49 or the number of slots, whichever is less.
        restarts, screen_epochs, screen_jets: that many networks are trained briefly on the first jets and
            the one with the best validation AUC goes on: bad optima are the main hazard.
        float_epochs, float_rate, quantised_epochs, quantised_rate: epochs and peak learning rates; rates
            rise linearly over the first ``warm_up`` share of the steps and fall as a cosine to 0.
        calibration_jets: first training jets that place the binary points.
        calibration_starts, calibration_searches, calibration_sweeps: stretched starts that are looked at,
            how many of them are searched from, and the most sweeps of each search.
        max_jets: use only the first training jets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model: Literal["npelican"] = "npelican"
    constituents: int = Field(default=16, ge=1, le=256)
    hidden: int = Field(default=2, ge=1, le=64)
    beams: Literal[0, 1] = 0
    nbar: float | None = Field(default=None, gt=0)
    hidden_bias: float = Field(default=0.3, ge=0)
    bits: Bits = Field(default_factory=Bits)

    seed: int = Field(default=1, ge=0)
    batch: int = Field(default=512, ge=2)
    restarts: int = Field(default=10, ge=1)
    screen_epochs: int = Field(default=4, ge=1)
    screen_jets: int = Field(default=100_000, ge=1)
    float_epochs: int = Field(default=20, ge=1)
    float_rate: float = Field(default=0.03, gt=0)
    quantised_epochs: int = Field(default=4, ge=0)
    quantised_rate: float = Field(default=0.0005, gt=0)
    warm_up: float = Field(default=0.03, ge=0, le=1)
    calibration_jets: int = Field(default=8_000, ge=1)
    calibration_starts: int = Field(default=24, ge=1)
    calibration_searches: int = Field(default=3, ge=1)
    calibration_sweeps: int = Field(default=5, ge=0)
    max_jets: int | None = Field(default=None, ge=1)

    @property
    def effort(self) -> Effort:
        """How hard calibration searches."""
        return Effort(self.calibration_starts, self.calibration_searches, self.calibration_sweeps)

    @property
    def normaliser(self) -> float:
        """Nbar of the float model. With 49 at few constituents sums are small and bad optima are common."""
        return self.nbar or min(NBAR, float(self.architecture.slots))

    @property
    def architecture(self) -> Architecture:
        """The sizes of the network."""
        return Architecture(self.constituents, self.hidden, self.beams)


def read_settings(file: Path | None, assignments: Sequence[str], **given: Any) -> Settings:
    """Defaults, then a JSON or TOML file, then ``given`` that is not None, then ``key=value`` assignments.

    A dotted key reaches inside (``bits.weight=4``); values are JSON, or text where they are not JSON.

    Raises:
        BadInput: unreadable file, unknown key, or a value that does not fit.
    """
    values = _from_file(file) if file else {}
    values.update({key: value for key, value in given.items() if value is not None})
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise BadInput(f"--set {assignment!r} is not of the form key=value.")
        _assign(values, key.strip(), text.strip())
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        known = ", ".join(Settings.model_fields)
        raise BadInput(f"setting {where or 'given'}: {first['msg']}. Known settings: {known}.") from error


def _from_file(file: Path) -> dict[str, Any]:
    if file.suffix == ".toml":
        try:
            return tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadInput(f"cannot read {file}: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{file} is not valid TOML: {error}.") from error
    content = read_json(file)
    if not isinstance(content, dict):
        raise BadInput(f"{file} must hold one JSON object of settings.")
    return content


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
