"""The calibrated model of a run: found once, kept in the run's state, read again when the run is resumed."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path, read_json, write_json
from quant.models.families import FAMILIES
from quant.models.quantised import QuantisedNetwork
from quant.training.data import Sample
from quant.training.settings import Settings

DESCRIPTION, TENSORS = "calibration.json", "calibration.safetensors"


def calibrated(
    settings: Settings, model: nn.Module, sample: Sample, name: str, directory: Path
) -> QuantisedNetwork:
    """The quantised model of a trained float model, from ``directory`` if it is there, else found and kept.

    Raises:
        BadInput: what is kept is damaged. CannotWrite: ``directory`` cannot be written.
    """
    family, description = FAMILIES[settings.model], directory / DESCRIPTION
    if not description.is_file():
        found = family.calibrate(model, settings, sample, name)
        with atomic_path(directory / TENSORS) as temporary:
            save_file({key: t.detach().contiguous() for key, t in found.state_dict().items()}, temporary)
        write_json(description, family.describe(settings, found).model_dump(mode="json", by_alias=True))
        return found
    try:
        kept = family.quantised_model(family.description.model_validate(read_json(description)), name)
        kept.load_state_dict(load_file(directory / TENSORS))
    except (SafetensorError, OSError, ValidationError, RuntimeError) as error:
        raise BadInput(f"{directory} cannot be resumed from ({error}). Start again elsewhere.") from error
    return kept
