"""The channels of a VecNet, whichever form it has: ours for hardware, or the published one. No torch here."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class VecNetSizes(BaseModel):
    """Channels of a VecNet (arXiv 2202.06941, section 2.4).

    Attributes:
        constituents: N, leading constituents of a jet that are read.
        scalar, vector, hidden: channels of Lorentz scalars, of four-vectors, of features without symmetry;
            hidden = 0 is fully equivariant, scalar = vector = 0 not at all.
        iterations: message passing steps.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    constituents: int = Field(default=16, ge=1, le=256)
    scalar: int = Field(default=8, ge=0, le=256)
    vector: int = Field(default=2, ge=0, le=256)
    hidden: int = Field(default=4, ge=0, le=256)
    iterations: int = Field(default=2, ge=1, le=6)

    @model_validator(mode="after")
    def _channels_are_possible(self) -> Self:
        if self.scalar + self.hidden == 0:
            raise ValueError("a VecNet needs scalar or hidden channels to make a score from")
        if self.vector and not self.scalar:
            raise ValueError("vectors are moved by messages of scalars: vector > 0 needs scalar > 0")
        if self.vector and self.iterations < 2:
            raise ValueError("vectors of the last iteration are not used: vector > 0 needs iterations >= 2")
        return self
