"""What ``model.json`` of a checkpoint says, checked key by key. No torch here."""

from __future__ import annotations

import re
from typing import Any, Literal, Self

from pydantic import Field, SerializeAsAny, ValidationError, model_validator

from fpgajet.errors import BadInput
from quant.models.families import FAMILIES
from quant.models.family import AnyFamily, Description, Strict

SCHEMA_VERSION = 2
#: Names become parts of file names.
NAME, LONGEST_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*", 100


def require_name(name: str) -> None:
    """Check a name before work begins that ends in a checkpoint of that name.

    Raises:
        BadInput: it cannot be the name of a model.
    """
    if len(name) > LONGEST_NAME or not re.fullmatch(NAME, name):
        raise BadInput(
            f"{name[:LONGEST_NAME]!r} cannot be the name of a model: it must begin with a letter or digit, and have at "
            f"most {LONGEST_NAME} letters, digits, '.', '_' and '-'. Give one with --name."
        )


class DataFile(Strict):
    """One file of jets that the model was trained, selected or measured on.

    ``sha256``: of the jets, see ``quant.data.checking.identity``; checkpoints of 0.1.0 have that of the files here.
    """

    name: str
    jets: int = Field(ge=0)
    sha256: str


class SeenJets(Strict):
    """The file with the hashes of all jets that the model was trained or selected on (``quant.seen_jets``)."""

    jets: int = Field(ge=0)
    sha256: str


class Training(Strict):
    """How the model was made: enough to make it again.

    ``data`` holds one entry per file, keyed by its role and name.
    """

    command: str
    seed: int
    settings: dict[str, Any]
    versions: dict[str, str]
    data: dict[str, list[DataFile]]


class Metrics(Strict):
    """Held-out metrics by precision; the keys of each are those of ``quant.metrics.tagging_metrics``.

    With several scores, those of ``quant.metrics.classes.metrics_of_scores``; ``mass_cut`` is empty then.
    """

    sample: str
    float_: dict[str, float | int | None] = Field(alias="float")
    quantised: dict[str, float | int | None]
    mass_cut: dict[str, float | int | None]


class CheckpointConfig(Strict):
    """``model.json``; ``model`` holds what the family of ``architecture`` needs, by its own schema."""

    schema_version: Literal[2]
    name: str = Field(pattern=f"^{NAME}$")
    architecture: str
    model: SerializeAsAny[Description]
    parameters: int
    parameters_absorbed: int | None
    training: Training
    metrics: Metrics
    weights_sha256: str
    seen_jets: SeenJets | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_model_as_its_family_does(cls, values: Any) -> Any:
        if not isinstance(values, dict) or isinstance(values.get("model"), Description):
            return values
        family = FAMILIES.get(values.get("architecture", ""))
        if family is None:
            known = ", ".join(FAMILIES)
            raise ValueError(f"no architecture {values.get('architecture')!r}; this fpgajet knows {known}")
        try:
            model = family.description.model_validate(values.get("model"))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(["model", *map(str, first["loc"])])
            raise ValueError(f"{where}: {first['msg']}") from error
        return values | {"model": model} | _counted(model, values)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        counts = self.model.parameters, self.model.parameters_absorbed
        if (self.parameters, self.parameters_absorbed) != counts:
            raise ValueError(f"parameter counts of this architecture are {counts[0]} and {counts[1]}")
        return self

    @property
    def family(self) -> AnyFamily:
        """The family of models it belongs to."""
        return FAMILIES[self.architecture]

    @property
    def constituents(self) -> int:
        """N, leading constituents of a jet that are read."""
        return self.model.constituents


def _counted(model: Description, values: dict[str, Any]) -> dict[str, int | None]:
    """Counts of parameters, where a checkpoint from before version 0.2 states the published ones."""
    if (values.get("parameters"), values.get("parameters_absorbed")) != model.earlier_counts:
        return {}
    return {"parameters": model.parameters, "parameters_absorbed": model.parameters_absorbed}
