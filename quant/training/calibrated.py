"""Quantised models of a run: computed once, kept in the run's state and read again when the run is resumed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path, read_json, write_json
from quant.models.families import FAMILIES
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.training_settings import TrainingSettings
from quant.training.scales import learned_scales


def calibrated(
    settings: TrainingSettings,
    model: nn.Module,
    sample: Sample,
    name: str,
    directory: Path,
    make: Callable[[nn.Module, Sample, str], QuantisedNetwork] | None = None,
) -> QuantisedNetwork:
    """The quantised model of a trained float model: read from ``directory`` if it was kept there, otherwise made.

    ``make`` takes the place of the family's calibration.

    Raises:
        BadInput: what is kept is damaged. CannotWrite: ``directory`` cannot be written.
    """
    family = FAMILIES[settings.model]

    def find() -> QuantisedNetwork:
        return family.calibrate(model, settings, sample, name) if make is None else make(model, sample, name)

    return _kept(settings, name, directory / "calibration", find)


def rescaled(
    settings: TrainingSettings,
    model: QuantisedNetwork,
    sample: Sample,
    name: str,
    directory: Path,
    number: int,
) -> QuantisedNetwork:
    """The same for a trained quantised model whose scales are learned, see :mod:`quant.training.scales`.

    Args:
        number: of the round.
    """
    return _kept(
        settings, name, directory / f"rescaled-{number}",
        lambda: learned_scales(settings, model, sample, name),
    )  # fmt: skip


def _kept(
    settings: TrainingSettings, name: str, path: Path, find: Callable[[], QuantisedNetwork]
) -> QuantisedNetwork:
    family = FAMILIES[settings.model]
    description, tensors = path.with_name(f"{path.name}.json"), path.with_name(f"{path.name}.safetensors")
    if not description.is_file():
        found = find()
        with atomic_path(tensors) as temporary:
            save_file({key: t.detach().contiguous() for key, t in found.state_dict().items()}, temporary)
        write_json(description, family.describe(settings, found).model_dump(mode="json", by_alias=True))
        return found
    try:
        kept = family.quantised_model(family.description.model_validate(read_json(description)), name)
        kept.load_state_dict(load_file(tensors))
    except (SafetensorError, OSError, ValidationError, RuntimeError) as error:
        raise BadInput(f"{path.parent} cannot be resumed from ({error}). Start again elsewhere.") from error
    return kept
