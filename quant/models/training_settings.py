"""What a user can set of a training, whatever the family of the model. No torch here.

Every family adds its hyperparameters and its own defaults, which is why this class lives with the models.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fpgajet.ops.forms import MOMENTA, InputForm

#: Beyond any run, and small enough for what counts them.
MOST_EPOCHS, MOST_JETS, MOST_SEED = 1_000_000, 10**10, 2**32 - 1


class TaughtBy(BaseModel):
    """The teacher of a training; ``fpgajet train --teacher`` writes it into the settings of the run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    weights_sha256: str


class TrainingSettings(BaseModel):
    """Settings of ``fpgajet train`` that all families share; a family adds its own and sets ``model``.

    The key names are those of ``--set`` and of configuration files.

    Attributes:
        preset: name of the preset that the other settings started from, see ``presets`` of the family.
        model: name of the family. constituents: N, leading constituents of a jet that are read.
        restarts, screen_epochs, screen_jets: that many networks are trained briefly on the first jets and
            the one with the best validation AUC goes on: bad optima are the main hazard. With ``screen_epochs`` 0
            they are not trained before the choice.
        seeds, best_seeds: so many float models are trained, with seeds ``seed``, ``seed`` + 1, ...; metrics of the
            ``best_seeds`` of lowest validation loss are summarised as mean and spread, and the best one goes on.
        float_epochs, float_rate, quantised_epochs, quantised_rate: epochs and peak learning rates; rates
            rise linearly over the first ``warm_up`` share of the steps and fall as a cosine to 0.
        schedule: of the float model; "restarts" stands for ``warm_up_epochs`` of linear warm-up, cosines with warm
            restarts, the first over ``restart_epochs`` and each ``restart_factor`` times as long as the one before,
            and ``decay_epochs`` of exponential decay by ``decay_gamma`` per epoch; "exponential" for ``warm_up_epochs``
            of linear warm-up and decay by ``decay_gamma`` per epoch.
        keep: whether the epoch of highest validation AUC or of lowest validation loss is kept.
        scale_rounds: so often ``quantised_epochs`` of fine-tuning are followed by a search that moves binary points
            on the weights as they are then: learned power-of-two scales. In the last fine-tuning they are frozen.
        calibration_jets: first training jets that place the binary points.
        max_jets: use only the first training jets.
        teacher: the network whose probabilities are a share ``teacher_weight`` of the loss, see
            :mod:`quant.training.teacher`; 0.5 where ``--teacher`` names one and no weight is given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    #: Settings of the quantised model that the float model reads too.
    read_by_float: ClassVar[frozenset[str]] = frozenset()

    preset: str | None = None
    model: str
    constituents: int = Field(default=16, ge=1, le=256)

    seed: int = Field(default=1, ge=0, le=MOST_SEED)
    batch: int = Field(default=512, ge=2, le=MOST_JETS)
    restarts: int = Field(default=10, ge=1, le=10_000)
    screen_epochs: int = Field(default=4, ge=0, le=MOST_EPOCHS)
    screen_jets: int = Field(default=100_000, ge=1, le=MOST_JETS)
    seeds: int = Field(default=1, ge=1, le=1000)
    best_seeds: int = Field(default=1, ge=1, le=1000)
    float_epochs: int = Field(default=20, ge=1, le=MOST_EPOCHS)
    float_rate: float = Field(default=0.003, gt=0, le=1e3)
    quantised_epochs: int = Field(default=4, ge=0, le=MOST_EPOCHS)
    quantised_rate: float = Field(default=0.0005, gt=0, le=1e3)
    scale_rounds: int = Field(default=0, ge=0, le=1000)
    warm_up: float = Field(default=0.03, ge=0, le=1)
    schedule: Literal["cosine", "restarts", "exponential"] = "cosine"
    warm_up_epochs: int = Field(default=4, ge=0, le=MOST_EPOCHS)
    restart_epochs: int = Field(default=4, ge=1, le=MOST_EPOCHS)
    restart_factor: int = Field(default=2, ge=1, le=1000)
    decay_epochs: int = Field(default=12, ge=0, le=MOST_EPOCHS)
    decay_gamma: float = Field(default=0.5, gt=0, le=1)
    keep: Literal["auc", "loss"] = "auc"
    calibration_jets: int = Field(default=8_000, ge=1, le=MOST_JETS)
    max_jets: int | None = Field(default=None, ge=1, le=MOST_JETS)
    teacher: TaughtBy | None = None
    teacher_weight: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _regime_is_possible(self) -> Self:
        if self.best_seeds > self.seeds:
            raise ValueError(f"best_seeds={self.best_seeds} of seeds={self.seeds}: there are not so many")
        outside = self.warm_up_epochs + self.decay_epochs
        if self.schedule == "restarts" and outside >= self.float_epochs:
            raise ValueError(
                f"warm-up and decay take {outside} epochs, so float_epochs={self.float_epochs} leave none for cosines"
            )
        return self

    @property
    def class_names(self) -> tuple[str, ...]:
        """Classes with a score each; none: two classes and one score, top if above 0."""
        return ()

    @property
    def regressed(self) -> tuple[str, ...]:
        """Values that a regression finds, whose outputs come after the scores of the classes."""
        return ()

    @property
    def gives_probabilities(self) -> bool:
        """Whether a softmax follows the scores once the network is trained."""
        return False

    @property
    def form(self) -> InputForm:
        """How four-momenta become the network's input."""
        return MOMENTA
