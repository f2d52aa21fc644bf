"""What a user can set of a LorentzNet's training. No torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quant.models.training_settings import TrainingSettings

Pool = Literal["real", "padded"]


class PublishedLorentzNetSettings(TrainingSettings):
    """Settings beside the common ones.

    Attributes:
        decoder_dropout: between the two layers of the decoder while it is trained; published with 0.2.
        pool: whether h_i is averaged over the real nodes of a jet, or over all ``constituents`` + 2 of them, those of
            empty slots counting as 0, as in the authors' code.
        hidden: width of all hidden layers; 3 gives the 120 parameters of arXiv 2310.16121, table 1.
    """

    model: Literal["lorentznet-published"] = "lorentznet-published"
    hidden: int = Field(default=3, ge=1, le=128)

    pool: Pool = "real"
    decoder_dropout: float = Field(default=0.0, ge=0, lt=1)

    float_rate: float = Field(default=0.02, gt=0)
