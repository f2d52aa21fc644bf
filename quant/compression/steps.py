"""What steps a compression has, before any of them is made."""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint, load_float_model
from quant.compression.compress_settings import CompressSettings, settings_of
from quant.compression.pieces import is_gone
from quant.models.structure import Structure

#: the model as it was given
GIVEN = "given"
#: how the names of steps of greedy narrowing begin
NARROW = "step-narrow-"


@dataclass(frozen=True)
class Step:
    """One row of the table.

    Attributes:
        name: of its folder. method: ptq, magnitude, channels or aggregators. detail: what was done, for people.
    """

    name: str
    method: str
    detail: str


def removals(source: Checkpoint, settings: CompressSettings) -> dict[Structure, int]:
    """How many pieces of each kind go: as many as asked for, but one stays.

    Raises:
        BadInput: the model has none of a kind that could go.
    """
    found, model = {}, load_float_model(source).model
    for structure in settings.structured:
        pieces = source.config.family.removable(settings_of(source), structure)
        left = sum(not is_gone(model, piece) for piece in pieces)
        if left < 2:
            raise BadInput(f"{source.config.name} has only one of its {structure} left, which must stay.")
        found[structure] = min(settings.removals, left - 1)
    return found


def steps_of(source: Checkpoint, settings: CompressSettings) -> int:
    """How many steps there are, that of the given model included.

    Raises:
        BadInput: the model's family cannot do what is asked for.
    """
    family = source.config.family
    if not family.has_quantised:
        raise BadInput(f"{family.name} has no quantised form, so there is nothing to compress.")
    if settings.prune and not family.prunable(settings_of(source)):
        raise BadInput(f"{family.name} does not say which of its weights may be pruned: give --prune none.")
    return 1 + len(settings.bits) + len(settings.prune) + sum(removals(source, settings).values())
