"""What ``model.json`` says of a nanoPELICAN. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from fpgajet.ops.forms import MOMENTA, InputForm, form_from_json
from quant.models.classes import ClassNames, RegressedNames, scores_of
from quant.models.family import Description, Strict
from quant.models.npelican.architecture import Architecture, RowSumsOf, check_term
from quant.models.npelican.multiplicity import Multiplicity
from quant.models.npelican.types import Exponents, Types


class ExponentFields(Strict):
    """log2 of the normalisers, see :class:`quant.models.npelican.types.Exponents`."""

    row: int = Field(ge=0, le=40)
    total: int = Field(ge=0, le=40)
    sum: int = Field(ge=0, le=40)
    trace: int = Field(ge=0, le=40)


class NPelicanDescription(Description):
    """Types are ``ap_fixed`` strings by the names of :class:`quant.models.npelican.types.Types`; ``alpha`` holds the
    powers of nPELICAN_N, see :class:`quant.models.npelican.multiplicity.Multiplicity`."""

    hidden: int = Field(ge=1, le=64)
    beams: int = Field(ge=0, le=1)
    nbar: float = Field(gt=0)
    types: dict[str, str]
    exponents: ExponentFields
    input: dict[str, Any] = Field(default_factory=MOMENTA.to_json)
    symmetric: bool = False
    unit_pair_weight: bool = False
    row_sums: RowSumsOf = "dots"
    jet: bool = False
    alpha: tuple[float, ...] | None = Field(default=None, min_length=7, max_length=7)
    classes: ClassNames = ()
    regress: RegressedNames = ()
    pairs_below: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _types_are_complete(self) -> Self:
        types = Types.from_json(self.types)
        angular = self.form.address_type(None) is not None
        if (types.table is not None, types.address is not None) != (angular, angular):
            raise ValueError(f"types of tables and addresses do not fit the input form {self.form.name}")
        check_term(types.term is not None, self.sizes)
        return self

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.classes

    @property
    def regressed(self) -> tuple[str, ...]:
        return self.regress

    @property
    def sizes(self) -> Architecture:
        """The architecture."""
        flags = self.symmetric, self.unit_pair_weight, self.row_sums, self.alpha is not None
        scores = scores_of((*self.classes, *self.regress))
        last = scores, self.jet, self.pairs_below
        return Architecture(self.constituents, self.hidden, self.beams, self.form, *flags, *last)

    @property
    def multiplicity(self) -> Multiplicity:
        """What depends on n."""
        return Multiplicity(self.sizes.slots, self.alpha, self.sizes.scores)

    @property
    def form(self) -> InputForm:
        return form_from_json(self.input)

    @property
    def fixed_types(self) -> Types:
        """The quantisers' types."""
        return Types.from_json(self.types)

    @property
    def fixed_exponents(self) -> Exponents:
        """The normalisers."""
        return Exponents(**self.exponents.model_dump())

    @property
    def movable_types(self) -> Sequence[str]:
        return [name for name in self.types if name not in ("momenta", "address", "table")]

    @property
    def parameters(self) -> int:
        return self.sizes.parameters

    @property
    def parameters_absorbed(self) -> int:
        return self.sizes.parameters_absorbed

    @property
    def parameters_published(self) -> int | None:
        return None if self.classes else self.sizes.parameters_published

    @property
    def earlier_counts(self) -> tuple[int, int | None]:
        return self.sizes.parameters_published, self.sizes.published_absorbed

    @property
    def channels(self) -> str:
        return (
            f"C {self.hidden}"
            + ", beams" * self.beams
            + ", jet" * self.jet
            + ", N^alpha" * (self.alpha is not None)
        )

    @property
    def bits(self) -> str:
        """Bits per number (p) or per constituent, of d, weights (w) and activations (a)."""
        precisions = self.fixed_types
        given = f"{self.form.name} {self.form.bits}" if self.form.bits else f"p{precisions.momenta.bits}"
        return f"{given} d{precisions.dots.bits} w{precisions.weight.bits} a{precisions.activation.bits}"
