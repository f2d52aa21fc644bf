"""What a search begins with: configurations of the zoo that lie in the space, and those that the space names."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from fpgajet.search.search_settings import SearchSettings
from quant.checkpoint import open_checkpoint
from quant.zoo import HERE, names

#: settings that say how long a model was trained, not which one it is
EFFORT = frozenset({
    "preset", "seed", "batch", "restarts", "screen_epochs", "screen_jets", "seeds", "best_seeds", "float_epochs",
    "float_rate", "quantised_epochs", "quantised_rate", "scale_rounds", "warm_up", "schedule", "warm_up_epochs",
    "restart_epochs", "restart_factor", "decay_epochs", "decay_gamma", "keep", "calibration_jets", "max_jets",
    "calibration_starts", "calibration_searches", "calibration_sweeps", "compiled",
})  # fmt: skip


def warm_starts(settings: SearchSettings) -> dict[str, dict[str, Any]]:
    """Values of the axes by name of a zoo entry, or ``start N`` for those of the space's own file."""
    found: dict[str, dict[str, Any]] = {}
    for name in names():
        values = _of_zoo(settings, name)
        if values is not None and values not in found.values():
            found[name] = values
    return found | {f"start {number}": dict(given) for number, given in enumerate(settings.space.start, 1)}


def _of_zoo(settings: SearchSettings, name: str) -> dict[str, Any] | None:
    """The configuration of a zoo entry; None where the space does not hold it."""
    space, config = settings.space, open_checkpoint(HERE / name).config
    if config.architecture != space.family:
        return None
    try:
        own = config.family.settings.model_validate(config.training.settings).model_dump(mode="json")
    except ValidationError:
        return None
    params = space.values_of(own)
    if params is None:
        return None
    again = space.settings(params).model_dump(mode="json")
    if any(again[key] != own[key] for key in again if key not in EFFORT):
        return None  # something that no axis reaches differs
    for axis, wanted in (("ii", settings.ii), ("clock_mhz", settings.clock_mhz)):
        if axis in space.hardware and space.hardware[axis].holds(wanted):
            params[f"hardware.{axis}"] = wanted
    return params
