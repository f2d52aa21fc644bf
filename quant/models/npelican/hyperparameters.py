"""What a user can set of a nanoPELICAN's training. No torch here."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from fpgajet.ops.forms import MOMENTA, InputForm, form_from_json
from quant.models.classes import ClassNames, RegressedNames, require_classes, scores_of
from quant.models.npelican.architecture import NBAR, AlphaStart, Architecture, RowSumsOf, check_term
from quant.models.npelican.bits import Bits
from quant.models.npelican.effort import Effort
from quant.models.training_settings import TrainingSettings


class NPelicanSettings(TrainingSettings):
    """Settings beside the common ones.

    Attributes:
        hidden: C, channels between the two equivariant layers. beams: 1 adds the two beams.
        jet: whether the four-momentum of the whole jet stands before the constituents, as a further spurion.
        alpha: nPELICAN_N, whose means are scaled by learned powers of the number of constituents.
        alpha_start: of what those powers start between 0 and 1: of sums, or of means as published.
        alpha_channels: a power per channel in the last layer of nPELICAN_N, as in the authors' code; float only.
        classes: names of three or more classes, with one score each; a jet is of the class of its highest score.
        regress: values that further outputs of the last layer find, see :mod:`quant.data.targets`.
        outputs: of two classes, 2 trains both of the published outputs, of which w = (w_1 - w_0) / 2 is kept.
        nbar: normaliser of the float model; None means 49 or the number of slots, whichever is less.
        hidden_bias: width of the normal distribution that hidden biases start from.
        dropout: before each equivariant layer, while the float model is trained.
        compiled: the float model is trained by a loop over pairs that the C compiler of this machine compiles: the
            same formula, much faster with dropout; which entries dropout drops differs.
        bits: widths and rounding of the quantisers.
        input: the input form: ``input.form`` (momenta, trigger or log) and its numbers, see
            :mod:`fpgajet.ops.forms`; for example ``input.pt_lsb``, ``input.angle_bits``.
        symmetric: w_2 = w_3: halves the pair logic. unit_pair_weight: the quantised weight of d is +-2^k.
        row_sums: "dots", of the rounded d, or "momenta", p_i . J.
        pairs_below: hardware leaves out d_ij of pairs with i + j >= pairs_below, those of the softest constituents of
            a jet in order of pT; 0 leaves out none. For the forms log and puppi.
        calibration_starts, calibration_searches, calibration_sweeps: stretched starts that are looked at,
            how many of them are searched from, and the most sweeps of each search.
    """

    model: Literal["npelican"] = "npelican"
    hidden: int = Field(default=2, ge=1, le=64)
    beams: Literal[0, 1] = 0
    jet: bool = False
    alpha: bool = False
    alpha_start: AlphaStart = "sums"
    alpha_channels: bool = False
    outputs: Literal[1, 2] = 1
    classes: ClassNames = ()
    regress: RegressedNames = ()
    nbar: float | None = Field(default=None, gt=0)
    hidden_bias: float = Field(default=0.3, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    compiled: bool = False
    bits: Bits = Field(default_factory=Bits)
    input: dict[str, Any] = Field(default_factory=MOMENTA.to_json)
    symmetric: bool = False
    unit_pair_weight: bool = False
    row_sums: RowSumsOf = "dots"
    pairs_below: int = Field(default=0, ge=0)

    float_rate: float = Field(default=0.03, gt=0)
    quantised_rate: float = Field(default=0.0005, gt=0)
    calibration_starts: int = Field(default=Effort.starts, ge=1)
    calibration_searches: int = Field(default=Effort.searches, ge=1)
    calibration_sweeps: int = Field(default=Effort.sweeps, ge=0)

    @field_validator("input")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        return form_from_json({"form": MOMENTA.name} | given).to_json()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        check_term(self.bits.term is not None, self.architecture)  # which refuses what cannot be
        if self.alpha_channels and not self.alpha:
            raise ValueError("alpha_channels gives nPELICAN_N more powers: it needs alpha=true")
        require_classes(self.classes, self.regress)
        if self.classes and self.outputs == 2:
            raise ValueError("outputs=2 belongs to two classes: classes have one output each, leave it out")
        return self

    @property
    def only_float(self) -> str | None:
        if not self.alpha_channels:
            return None
        return (
            "alpha_channels=true has no quantised form, because the hardware has one table over n for each sum, "
            "which all channels share: train it with --until float"
        )

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.classes

    @property
    def regressed(self) -> tuple[str, ...]:
        return self.regress

    @property
    def form(self) -> InputForm:
        return form_from_json(self.input)

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
        flags = self.symmetric, self.unit_pair_weight, self.row_sums, self.alpha
        scores = scores_of((*self.classes, *self.regress))
        last = scores, self.jet, self.pairs_below
        return Architecture(self.constituents, self.hidden, self.beams, self.form, *flags, *last)
