"""From a trained float model to a checkpoint: calibration, quantised fine-tuning, metrics on the test jets."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from quant.checkpoint import FLOAT, QUANTISED, Checkpoint, save_checkpoint
from quant.metrics import constituent_mass, mass_window_metrics
from quant.metrics.classes import metrics_of_scores
from quant.metrics.regression import bias_and_resolution
from quant.models.families import FAMILIES
from quant.models.loss import class_part
from quant.models.messages.widths import learned_widths
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.training_settings import TrainingSettings
from quant.seen_jets import write_seen
from quant.training.calibrated import calibrated, rescaled
from quant.training.data import TrainingJets
from quant.training.fit import FREE, OnEpoch, Tick, evaluate, no_tick
from quant.training.float_phase import fit_of
from quant.training.sparsity import BitsPenalty, Sparsity
from quant.training.stages import STATE, Until
from quant.training.teacher import Teacher
from quant.training.transfer import hold, quantised_of

LIBRARIES = ("fpgajet", "torch", "brevitas", "numpy")


def measured(model: nn.Module, quantised: nn.Module, jets: TrainingJets) -> dict[str, Any]:
    """``metrics`` of ``model.json``: float and quantised model, and of two classes the mass cut, on the test jets."""
    test, names = jets.test, jets.classes
    window = mass_window_metrics(test.labels, constituent_mass(test.momenta.numpy())) if not names else {}
    return {
        "sample": test.name,
        "float": _metrics(test, evaluate(model, jets.seen(test).momenta), jets),
        "quantised": _metrics(test, evaluate(quantised, jets.read(test).momenta), jets),
        "mass_cut": window,
    }


def _metrics(test: Sample, scores: Tensor, jets: TrainingJets) -> dict[str, Any]:
    """Of the scores, and ``bias_NAME`` and ``resolution_NAME`` of the outputs of a regression."""
    found = metrics_of_scores(test.labels, class_part(scores, test.label).numpy(), jets.classes)
    for number, name in enumerate(jets.regressed):
        wanted = test.label[:, 1 + number].numpy()
        figures = bias_and_resolution(wanted, scores[:, len(jets.classes) + number].numpy())
        found |= {f"{key}_{name}": figures[key] for key in ("bias", "resolution")}
    return found


def quantise(
    settings: TrainingSettings,
    model: nn.Module,
    jets: TrainingJets,
    out: Path,
    report: OnEpoch,
    *,
    name: str,
    command: Sequence[str] = (),
    until: Until = Until.QUANTISED,
    tick: Tick = no_tick,
    sparsity: Sparsity = FREE,
    source: Checkpoint | None = None,
    teacher: Teacher | None = None,
) -> Checkpoint | None:
    """Quantise a trained float model (on the CPU), measure both and write the checkpoint.

    Args:
        out: of the checkpoint; ``out/state`` keeps what a killed run continues from.
        until: ``calibration`` stops after it and gives None.
        source: checkpoint that the float model comes from; the jets that it has seen count as seen here too,
            and so do those of ``teacher``.
        sparsity: what stays zero in the quantised model, where it has a parameter of that name.
    """
    few = jets.train.first(settings.calibration_jets)
    quantised = calibrated(settings, model, few, name, out / STATE, quantised_of(settings, source))
    hold(settings, source, quantised)
    sparsity.apply(quantised)
    if until is Until.CALIBRATION:
        return None
    if settings.quantised_epochs:
        held = Sparsity(sparsity.zero)  # no L1 here: nothing stretches rows freely any more
        parts = jets.read(jets.train), jets.read(jets.validation)

        def fine_tune(fit: str, model: QuantisedNetwork, sparsity: Sparsity = held) -> None:
            epochs, rate = settings.quantised_epochs, settings.quantised_rate
            fit_of(settings, fit, epochs, rate).run(model, *parts, out / STATE, report, tick, sparsity)

        for number in range(settings.scale_rounds):
            fine_tune(f"scales-{number}", quantised)
            quantised = rescaled(settings, quantised, parts[0], name, out / STATE, number)
        if (learned := learned_widths(settings, quantised)) is None:
            fine_tune("quantised", quantised)
        else:
            own = learned.settings
            penalty = BitsPenalty(held.zero, factor=own.bits_penalty, ramp=own.bits_ramp)
            fine_tune("quantised", learned, penalty)
            quantised = learned.fixed()

    if settings.gives_probabilities:
        model, quantised = with_probabilities(settings, model, quantised, name)
    roles = {"train": jets.train, "validation": jets.validation, "test": jets.test}
    description = model_json(settings, quantised, roles, measured(model, quantised, jets), name, command)
    learnt_from = [sample.identity for sample in (jets.train, jets.validation) if sample.identity is not None]
    known = (
        teacher is None or teacher.checkpoint is not None
    )  # a run without a checkpoint does not list its jets
    if len(learnt_from) == 2 and known:
        models = (source, teacher.checkpoint if teacher else None)
        description["seen_jets"] = write_seen(out, learnt_from, *models)
    return save_checkpoint(out, description, tensors_of(model, quantised))


def with_probabilities(
    settings: TrainingSettings, model: nn.Module, quantised: QuantisedNetwork, name: str
) -> tuple[nn.Module, QuantisedNetwork]:
    """Float and quantised model with a softmax behind their scores, which has no parameters."""
    family = FAMILIES[settings.model]
    description = family.describe(settings, quantised).model_copy(update={"softmax": True})
    floating, found = family.float_model(description), family.quantised_model(description, name)
    floating.load_state_dict(model.state_dict())
    found.load_state_dict(quantised.state_dict())
    return floating.eval(), found


def model_json(
    settings: TrainingSettings,
    quantised: QuantisedNetwork,
    samples: Mapping[str, Sample],
    metrics: Mapping[str, Any],
    name: str,
    command: Sequence[str],
) -> dict[str, Any]:
    """The content of ``model.json``; ``samples`` are the jets of each role."""
    family = FAMILIES[settings.model]
    model = family.describe(settings, quantised)
    return {
        "name": name,
        "architecture": family.name,
        "model": model,
        "parameters": model.parameters,
        "parameters_absorbed": model.parameters_absorbed,
        "training": {
            "command": shlex.join(command),
            "seed": settings.seed,
            "settings": settings.model_dump(mode="json"),
            "versions": {library: version(library) for library in LIBRARIES},
            "data": {role: [sample.described()] for role, sample in samples.items()},
        },
        "metrics": metrics,
    }


def tensors_of(model: nn.Module, quantised: QuantisedNetwork) -> dict[str, Tensor]:
    """The tensors of a checkpoint."""
    tensors = {f"{FLOAT}{key}": tensor for key, tensor in model.state_dict().items()}
    return tensors | {f"{QUANTISED}{key}": tensor for key, tensor in quantised.state_dict().items()}
