"""Everything that decides the outcome of ``fpgajet compress``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint
from quant.models.structure import Structure
from quant.models.training_settings import TrainingSettings
from quant.training.read_settings import read_settings

#: settings of retraining where the user gives none; the rate is a share of the one the model was trained with
RETRAINING = {"float_epochs": 4, "quantised_epochs": 1, "schedule": "cosine", "seeds": 1, "best_seeds": 1}
RATE_SHARE = 0.1
#: settings that are not the model's own
FREE = {
    "seed", "batch", "float_epochs", "float_rate", "quantised_epochs", "quantised_rate", "warm_up", "max_jets", "bits",
    "schedule", "seeds", "best_seeds", "calibration_jets", "calibration_starts", "calibration_searches",
    "calibration_sweeps",
}  # fmt: skip


class CompressSettings(BaseModel):
    """What to do to which model.

    Attributes:
        source, source_sha256: name and hash of the checkpoint.
        bits: widths of weights and activations for quantisation without retraining.
        prune: shares of the weights that are zero after each step of magnitude pruning, rising.
        structured: kinds of pieces to remove; ``removals``: how many of each kind at most, one after another.
        l1: factor of the L1 term while float models are trained on.
        lut: greedy narrowing goes on to so many estimated LUTs. auc_loss: or until so much AUC is lost on the
            validation jets. ``estimate``: part, clock in MHz and initiation interval of the estimate that it follows.
        narrowed_by: share of the LUTs by which each of its steps is smaller.
        judged_jets, narrowing_jets: validation jets on which the harm of a removal, or of a narrowing, is judged.
        training: settings of the model's family: float_epochs, float_rate, quantised_epochs and quantised_rate are
            those of retraining after every removal.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    source: str
    source_sha256: str
    bits: tuple[int, ...] = (8, 7, 6, 5, 4)
    prune: tuple[float, ...] = (0.25, 0.5, 0.75)
    structured: tuple[Structure, ...] = ()
    removals: int = Field(default=3, ge=1)
    l1: float = Field(default=0.0, ge=0)
    lut: float | None = Field(default=None, gt=0)
    auc_loss: float | None = Field(default=None, gt=0, lt=0.5)
    estimate: tuple[str, float, int] | None = None
    narrowed_by: float = Field(default=0.1, gt=0, lt=1)
    narrowing_jets: int = Field(default=4_000, ge=100)
    judged_jets: int = Field(default=10_000, ge=1)
    training: dict[str, Any]

    @field_validator("bits")
    @classmethod
    def _widths(cls, bits: tuple[int, ...]) -> tuple[int, ...]:
        if not all(2 <= width <= 16 for width in bits):
            raise ValueError("widths are 2 to 16 bits")
        return bits

    @field_validator("prune")
    @classmethod
    def _shares(cls, prune: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0 < share < 1 for share in prune) or not all(a < b for a, b in pairwise(prune)):
            raise ValueError("shares of pruned weights lie between 0 and 1 and rise")
        return prune

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        chosen = (self.bits, self.prune, self.structured)
        if not any(chosen) and not self.narrows:
            raise ValueError("nothing to do: give widths, shares, structures, or how many LUTs")
        if any(len(set(values)) < len(values) for values in chosen):
            raise ValueError("a step is asked for twice")
        return self

    @property
    def narrows(self) -> bool:
        """Whether greedy narrowing was asked for."""
        return self.lut is not None or self.auc_loss is not None


def compress_settings(checkpoint: Checkpoint, assignments: Sequence[str], **given: Any) -> CompressSettings:
    """Settings for a checkpoint.

    Args:
        checkpoint: what to compress. assignments: ``key=value`` for the settings of retraining.
        given: fields of :class:`CompressSettings`; None means the default.

    Raises:
        BadInput: values that do not fit, or a checkpoint that does not say how it was trained.
    """
    training = retraining(checkpoint, assignments)
    values = {key: value for key, value in given.items() if value is not None}
    try:
        return CompressSettings(
            source=checkpoint.config.name,
            source_sha256=checkpoint.sha256(),
            training=training.model_dump(mode="json"),
            **values,
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{'--' + where + ': ' if where else ''}{first['msg']}.") from error


def settings_of(checkpoint: Checkpoint) -> TrainingSettings:
    """The settings that a checkpoint was trained with.

    Raises:
        BadInput: they do not suit this version.
    """
    family = checkpoint.config.family
    try:
        settings: TrainingSettings = family.settings.model_validate(checkpoint.config.training.settings)
    except ValidationError as error:
        raise BadInput(
            f"{checkpoint.path} does not say how it was trained in a way that this fpgajet reads "
            f"({error.errors()[0]['msg']}): train it again."
        ) from error
    return settings


def retraining(checkpoint: Checkpoint, assignments: Sequence[str]) -> TrainingSettings:
    """A checkpoint's settings with those of :data:`RETRAINING` and what the user assigns."""
    # A teacher is not asked again: what is fine-tuned here learns from labels.
    own = settings_of(checkpoint).model_copy(update={"teacher": None, "teacher_weight": None})
    rate = {"float_rate": own.float_rate * RATE_SHARE}
    found: TrainingSettings = read_settings(
        None, assignments, **(own.model_dump(mode="json") | rate | RETRAINING)
    )
    fixed = [
        name
        for name in type(own).model_fields
        if name not in FREE and getattr(own, name) != getattr(found, name)
    ]
    if fixed:
        raise BadInput(
            f"--set {fixed[0]}: that would be another model than {checkpoint.config.name}. Compression can set "
            f"{', '.join(name for name in type(own).model_fields if name in FREE)}."
        )
    return found


def narrowed(settings: TrainingSettings, keys: Sequence[str], width: int) -> TrainingSettings:
    """The same with these quantisers of ``bits`` at another width."""
    bits = replace(settings.bits, **dict.fromkeys(keys, width))  # type: ignore[attr-defined]
    return settings.model_copy(update={"bits": bits})
