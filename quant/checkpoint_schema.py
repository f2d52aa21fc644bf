"""What ``model.json`` of a checkpoint says, checked key by key. No torch here."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from quant.models.config import Architecture, Exponents, Types

SCHEMA_VERSION = 1


class _Strict(BaseModel):
    """Unknown keys are errors: a key that is not understood may change the meaning of the others."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ExponentFields(_Strict):
    """log2 of the normalisers, see :class:`quant.models.config.Exponents`."""

    row: int = Field(ge=0, le=40)
    total: int = Field(ge=0, le=40)
    sum: int = Field(ge=0, le=40)
    trace: int = Field(ge=0, le=40)


class DataFile(_Strict):
    """One file of jets that the model was trained, selected or measured on."""

    name: str
    jets: int = Field(ge=0)
    sha256: str


class Training(_Strict):
    """How the model was made: enough to make it again.

    ``data`` holds one entry per file, keyed by its role and name.
    """

    command: str
    seed: int
    settings: dict[str, Any]
    versions: dict[str, str]
    data: dict[str, list[DataFile]]


class Metrics(_Strict):
    """Held-out metrics by precision; the keys of each are those of ``quant.metrics.tagging_metrics``."""

    sample: str
    float_: dict[str, float | int | None] = Field(alias="float")
    quantised: dict[str, float | int | None]
    mass_cut: dict[str, float | int | None]


class CheckpointConfig(_Strict):
    """``model.json``. Types are ``ap_fixed`` strings by the names of :class:`quant.models.config.Types`."""

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    architecture: Literal["npelican"]
    constituents: int = Field(ge=1, le=256)
    hidden: int = Field(ge=1, le=64)
    beams: int = Field(ge=0, le=1)
    nbar: float = Field(gt=0)
    types: dict[str, str]
    exponents: ExponentFields
    parameters: int
    parameters_absorbed: int
    training: Training
    metrics: Metrics
    weights_sha256: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        Types.from_json(self.types)
        sizes = self.sizes
        if (self.parameters, self.parameters_absorbed) != (sizes.parameters, sizes.parameters_absorbed):
            raise ValueError(
                "parameter counts of this architecture are "
                f"{sizes.parameters} and {sizes.parameters_absorbed}"
            )
        return self

    @property
    def sizes(self) -> Architecture:
        """The architecture."""
        return Architecture(self.constituents, self.hidden, self.beams)

    @property
    def fixed_types(self) -> Types:
        """The quantisers' types."""
        return Types.from_json(self.types)

    @property
    def fixed_exponents(self) -> Exponents:
        """The normalisers."""
        return Exponents(**self.exponents.model_dump())
