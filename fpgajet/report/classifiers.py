"""What ``report.json`` says of runs with common features: what is computed once, and what there is for each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class FeatureFacts(BaseModel):
    """What several classifiers share: stages, trained parameters, and LUT by the estimate."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    stages: list[str]
    parameters: Count
    lut: float | None = None


class ClassifierFacts(BaseModel):
    """One of several classifiers: its run, its stage, and which of the scores (``first``, ``count``) are its own.

    ``type``: of its scores. ``classes``: names of its scores, where it has several. ``lut``: by the estimate.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    run: str
    stage: str
    first: Count
    count: Annotated[int, Field(ge=1)]
    type: str
    parameters: Count
    classes: list[str] = []
    weights_sha256: str = ""
    lut: float | None = None

    @property
    def scores(self) -> str:
        """Which of the scores are its own, in words."""
        last = self.first + self.count - 1
        return f"{self.first}" if self.count == 1 else f"{self.first} to {last}"


class RegisterFacts(BaseModel):
    """Weights that can be written: how many, and bits of all of them together; there are two sets of registers."""

    model_config = ConfigDict(extra="forbid")

    weights: Annotated[int, Field(ge=1)]
    bits: Annotated[int, Field(ge=1)]

    def sentence(self) -> str:
        """For people."""
        return (
            f"{self.weights:,} weights of the last layer lie in registers ({2 * self.bits:,} flip-flops for two sets, "
            "beside the figures above) and can be written while the firmware runs"
        )


def compared_weights(found: dict[str, Any]) -> str:
    """How many sets of weights were compared, in words; empty where none were."""
    if not found:
        return ""
    counts = ", ".join(f"{name} {count:,}" for name, count in found["differences"].items())
    return f"{found['sets']} sets of weights on {found['events']:,} events each; differing scores: {counts or 'none'}"
