"""Settings of families that pass messages, and of features of constituents, which others read too. No torch here."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from fpgajet.ops.forms import Aligned, Momenta, form_from_json
from quant.models.messages.bits import MessageBits
from quant.models.messages.plan_settings import PlanSettings

#: types of the features that `fpgajet data generate` writes, where no other is asked for: charge in e, the kind of
#: particle as a number, z0 relative to the vertex in mm, and PUPPI's weight
FEATURE_TYPES = {
    "charge": "ap_fixed<2,2>",
    "particle": "ap_ufixed<3,3>",
    "z0": "ap_fixed<7,5>",
    "puppi": "ap_ufixed<5,1>",
}


class FeatureSettings(PlanSettings):
    """Of families that can read features of constituents.

    Attributes:
        features: of constituents, read beside their momenta, for example ``charge``; the jet file has them.
        feature_types: the ``ap_fixed`` types that they are rounded to, by name; see :data:`FEATURE_TYPES`.
    """

    features: tuple[str, ...] = ()
    feature_types: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _features_have_types(self) -> Self:
        unknown = [name for name in self.feature_types if name not in self.features]
        if unknown:
            raise ValueError(f"feature_types of {', '.join(unknown)}: features does not name them")
        if len(set(self.features)) < len(self.features):
            raise ValueError("every feature is read once")
        if self.features and not self.form.takes_features:
            raise ValueError(
                f"the input form {self.form.name} takes no features of constituents; log, trigger, aligned and "
                "momenta do"
            )
        if "features" in self.input:  # of a run that is continued
            if tuple(self.input["features"]) != self.features:
                raise ValueError("give features by the setting of that name, not in input")
            return self
        types = FEATURE_TYPES | self.feature_types
        lacking = [name for name in self.features if name not in types]
        if lacking:
            raise ValueError(
                f"{', '.join(lacking)}: give a type, for example feature_types.{lacking[0]}=ap_fixed<8,4>; "
                f"there are types of {', '.join(FEATURE_TYPES)}"
            )
        if self.features:
            given = self.input | {"features": {name: types[name] for name in self.features}}
            object.__setattr__(self, "input", form_from_json(given).to_json())
        return self

    @model_validator(mode="after")
    def _momenta_are_fine_enough(self) -> Self:
        """All numbers of the input have the type of the momenta, which must hold those of features exactly."""
        form = self.form
        if not (isinstance(form, Momenta) and form.extra):
            return self
        momenta, features = self.bits.front(form)["momenta"], form.feature_type
        if momenta.fraction < features.fraction:
            raise ValueError(
                f"the type of the features needs bits.momenta_lsb={features.lsb:g} or less with the input form "
                f"{form.name}: give feature_types fewer bits, the widest has {features.bits}"
            )
        if momenta.bits - momenta.fraction < form.width:
            raise ValueError(f"bits.momenta and momenta_lsb must leave {form.width} bits before the point")
        return self


class MessageSettings(FeatureSettings):
    """Of networks that pass messages between four-momenta: ``input`` is ``aligned`` or ``momenta``."""

    bits: MessageBits = Field(default_factory=MessageBits)

    @field_validator("input")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        return read_form(given)


def read_form(given: dict[str, Any]) -> dict[str, Any]:
    """Complete the JSON of an input form.

    Raises:
        ValueError: a form without four-momenta, which vectors start from.
    """
    form = form_from_json({"form": Aligned.name} | given)
    if not form.four_momenta:
        raise ValueError(f"messages start from four-momenta, which the input form {form.name} does not give")
    return form.to_json()
