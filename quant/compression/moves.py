"""Single steps that make a quantised model smaller, whatever its family: one bit of a type, one digit of a weight.

They act on what every family declares: the types and the input form in its description, and the weights that may be
changed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, from_real
from fpgajet.ops.signed_digits import signed_digits
from quant.models.family import AnyFamily, Description
from quant.models.quantised import QuantisedNetwork
from quant.models.wiring import full_scale

#: the input's own type, which the input form or the detector gives
GIVEN = "momenta"


class Kind(StrEnum):
    """What a step takes away: the last bit of a type, its first one, the last signed digit of a weight, or every
    second point of the grid of the input form."""

    LAST_BIT = "last bit"
    FIRST_BIT = "first bit"
    DIGIT = "digit"
    GRID = "grid"


@dataclass(frozen=True)
class Move:
    """One step.

    Attributes:
        kind: what goes. name: of the type, of the parameter, or of what
            :meth:`fpgajet.ops.forms.form.InputForm.coarser` makes coarser.
        number: of the weight, see :meth:`quant.models.family.Family.prunable`.
    """

    kind: Kind
    name: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.kind} of {self.name}" + f" {self.number}" * (self.kind is Kind.DIGIT)


@dataclass(frozen=True)
class Narrowed:
    """A model on its way down.

    Attributes:
        description: with the types of now. model: made of it. held: values of weights that lost digits, by parameter:
            (mask, values in units of the parameter), which fine-tuning leaves alone.
    """

    description: Description
    model: QuantisedNetwork
    held: Mapping[str, tuple[torch.Tensor, torch.Tensor]]


def moves(now: Narrowed, weights: Mapping[str, NDArray[np.int64]]) -> Iterator[Move]:
    """All steps that a model may take."""
    for name, text in types_of(now.description).items():
        if name != GIVEN and FixedType.from_ap_fixed(text).bits > 1:
            yield Move(Kind.LAST_BIT, name)
            yield Move(Kind.FIRST_BIT, name)
    for name in now.description.form.coarser():
        yield Move(Kind.GRID, name)
    for name, numbers in weights.items():
        raw = _raw(now.model, name)
        for number in np.unique(numbers[(numbers > 0) & (raw != 0)]):
            yield Move(Kind.DIGIT, name, int(number))


def moved(family: AnyFamily, now: Narrowed, move: Move, weights: Mapping[str, NDArray[np.int64]]) -> Narrowed:
    """The model after a step.

    Raises:
        ValueError: such a type does not exist, or it does not suit the input form.
    """
    if move.kind is Kind.DIGIT:
        return _without_digit(family, now, move, weights[move.name] == move.number)
    content = now.description.model_dump(mode="json")
    if move.kind is Kind.GRID:
        form, bits = now.description.form.coarser()[move.name]
        assert form.input_type is not None  # a form that has a grid
        content["input"] = form.to_json()
        content["types"] |= {GIVEN: form.input_type.ap_fixed()}
        content["types"] |= {name: _shorter(content["types"][name], less) for name, less in bits.items()}
    else:
        known = FixedType.from_ap_fixed(content["types"][move.name])
        fraction = known.fraction - (move.kind is Kind.LAST_BIT)
        content["types"][move.name] = replace(known, bits=known.bits - 1, fraction=fraction).ap_fixed()
    description = family.description.model_validate(content)
    model = family.quantised_model(description, now.model.name)
    old, new = now.model.wiring.types, model.wiring.types
    scales = {name: full_scale(old[name]) / full_scale(new[name]) for name, _ in model.named_parameters()}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(now.model.get_parameter(name) * scales[name])
    held = {name: (mask, values * scales[name]) for name, (mask, values) in now.held.items()}
    return Narrowed(description, model.eval(), held)


def _shorter(text: str, less: int) -> str:
    """A type without its first bits."""
    known = FixedType.from_ap_fixed(text)
    return replace(known, bits=known.bits - less).ap_fixed()


def types_of(description: Description) -> dict[str, str]:
    """The types that a family declares, as ``ap_fixed`` by name; none of a family that has no such list."""
    found: dict[str, str] = getattr(description, "types", {})
    return found


def _without_digit(family: AnyFamily, now: Narrowed, move: Move, mask: NDArray[np.bool_]) -> Narrowed:
    """The weight without its last signed digit: rounded to one digit less, to zero where it had one."""
    raw, precision = _raw(now.model, move.name), now.model.wiring.types[move.name]
    value = int(raw[mask][0])
    place, sign = signed_digits(value)[0]
    chosen = torch.from_numpy(mask)
    model = family.quantised_model(now.description, now.model.name)
    model.load_state_dict(now.model.state_dict())
    real = (value - sign * 2**place) * precision.lsb / full_scale(precision)
    with torch.no_grad():
        model.get_parameter(move.name)[chosen] = real
    before, values = now.held.get(move.name, (torch.zeros_like(chosen), torch.zeros(mask.shape).double()))
    values = torch.where(chosen, torch.full_like(values, real), values)
    return Narrowed(now.description, model.eval(), {**now.held, move.name: (before | chosen, values)})


def _raw(model: QuantisedNetwork, name: str) -> NDArray[Any]:
    """A parameter as integers of its type."""
    precision = model.wiring.types[name]
    return from_real(model.get_parameter(name).detach().numpy() * full_scale(precision), precision)
