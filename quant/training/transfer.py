"""Transfer: a training that starts from the features of a finished one, its classifier from scratch.

The classifier is the last layer, the features are everything before it. Source: docs/events.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint, load_float_model, load_model, open_checkpoint
from quant.models.messages.calibration import calibrate, centre
from quant.models.messages.floating import FloatMessages
from quant.models.messages.plan_settings import Freeze, PlanSettings, Transfer
from quant.models.messages.quantised import QuantisedMessages
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.training_settings import TrainingSettings

#: what the description of a model holds beside its sizes
_NOT_SIZES = {"types", "classes", "regress", "drops", "softmax"}


def with_transfer(settings: TrainingSettings, source: Checkpoint, freeze: str) -> TrainingSettings:
    """The settings of a training that starts from a checkpoint.

    Args:
        freeze: ``features`` keeps them, bit for bit; ``types`` the types of the last layer too; with ``none`` they are
            trained on.

    Raises:
        BadInput: another family, other sizes or input, or settings that move what is frozen.
    """
    if freeze not in (choices := tuple(Freeze)):
        raise BadInput(f"--freeze is {freeze!r}; choose one of {', '.join(choices)}.")
    config = source.config
    if not isinstance(settings, PlanSettings):
        raise BadInput(
            f"{settings.model} cannot start from another run: its last layer is not a layer by itself."
        )
    if config.architecture != settings.model:
        raise BadInput(
            f"{source.path} is of the family {config.architecture}, and this training of {settings.model}: "
            f"give --model {config.architecture}, or another --from."
        )
    held: dict[str, Any] = config.model.model_dump(mode="json")
    wanted = settings.model_dump(mode="json")
    other = [key for key in held.keys() - _NOT_SIZES if held[key] != wanted.get(key)]
    if other:
        listed = ", ".join(f"{key}={held[key]}" for key in sorted(other))
        raise BadInput(f"the features of {source.path} are those of other sizes: set {listed}.")
    held_fast = freeze != Freeze.NONE
    if held_fast and (settings.width_per != "tensor" or held.get("drops")):
        raise BadInput(
            f"--freeze {freeze} keeps features bit for bit, which widths of single weights or channels do not: leave "
            "width_per out, start from a model without it, or give --freeze none."
        )
    if held_fast and settings.scale_rounds:
        raise BadInput(
            f"scale_rounds moves binary points of features, which --freeze {freeze} keeps: leave it out."
        )
    transfer = Transfer(name=config.name, weights_sha256=config.weights_sha256, freeze=Freeze(freeze))
    return settings.model_copy(update={"transfer": transfer})


def opened(path: Path | str) -> Checkpoint:
    """The checkpoint of a finished run, or of the zoo.

    Raises:
        BadInput: it is none.
    """
    from quant.zoo import resolve

    return open_checkpoint(resolve(str(path)))


def require_source(settings: TrainingSettings, source: Checkpoint | None) -> None:
    """Check that a training has the checkpoint that its settings name.

    Raises:
        BadInput: it has another one, or none.
    """
    transfer = _transfer(settings)
    if transfer is None:
        return
    if source is None:
        raise BadInput(f"this training starts from {transfer.name}: give its directory with --from.")
    if source.config.weights_sha256 != transfer.weights_sha256:
        raise BadInput(f"{source.path} is not the {transfer.name} that this training started from.")


def start_of(settings: TrainingSettings, source: Checkpoint | None) -> Callable[[nn.Module], None]:
    """What a new float model becomes before its training: with the features of ``source``, if there is one."""
    transfer = _transfer(settings)
    if transfer is None or source is None:
        return lambda model: None
    given = load_float_model(source).model.state_dict()
    hold = transfer.freeze is not Freeze.NONE

    def start(model: nn.Module) -> None:
        assert isinstance(model, FloatMessages)
        last = model.classifier
        features = {key: tensor for key, tensor in given.items() if key not in last}
        own = {key: tensor for key, tensor in model.state_dict().items() if key in last}
        model.load_state_dict(features | own)
        if hold:
            model.hold_features()

    return start


def quantised_of(
    settings: TrainingSettings, source: Checkpoint | None
) -> Callable[[nn.Module, Sample, str], QuantisedNetwork] | None:
    """How a model with frozen features is quantised; None: as one without.

    Features are those of ``source``. The classifier has types of its own, because its weights may be far larger or
    smaller than the source's; with ``freeze`` = ``types`` it has those of ``source``, and may saturate.
    """
    transfer = _transfer(settings)
    if source is None or transfer is None or not _frozen(settings, source):
        return None
    assert isinstance(settings, PlanSettings)
    given, keeps_types = load_model(source), transfer.freeze is Freeze.TYPES
    assert isinstance(given, QuantisedMessages)

    def quantise(model: nn.Module, sample: Sample, name: str) -> QuantisedNetwork:
        assert isinstance(model, FloatMessages)
        if not keeps_types:
            sweeps = settings.calibration_sweeps
            return calibrate(model, settings.plan, settings.bits, sample, name, sweeps, given)
        found = QuantisedMessages(settings.plan(given.precisions), name)
        found.take_features(given)
        folded = model.folded()
        found.set_from({key: folded[key] for key in found.classifier})
        centre(found, sample)
        return found

    return quantise


def hold(settings: TrainingSettings, source: Checkpoint | None, model: QuantisedNetwork) -> None:
    """Keep frozen features out of fine-tuning."""
    if _frozen(settings, source):
        assert isinstance(model, QuantisedMessages)
        for key, parameter in model.named_parameters():
            parameter.requires_grad_(key in model.classifier)


def _frozen(settings: TrainingSettings, source: Checkpoint | None) -> bool:
    """Whether the features are those of ``source``; a compression has another source, and moves all weights."""
    transfer = _transfer(settings)
    if transfer is None or source is None or source.config.weights_sha256 != transfer.weights_sha256:
        return False
    return transfer.freeze is not Freeze.NONE


def _transfer(settings: TrainingSettings) -> Transfer | None:
    return settings.transfer if isinstance(settings, PlanSettings) else None
