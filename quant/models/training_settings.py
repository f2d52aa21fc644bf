"""What a user can set of a training, whatever the family of the model. No torch here.

Every family adds its hyperparameters and its own defaults, which is why this class lives with the models.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from fpgajet.ops.forms import MOMENTA, InputForm


class TrainingSettings(BaseModel):
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
