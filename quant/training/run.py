"""A training run: screening, float training, folding and calibration, quantised fine-tuning, checkpoint.

All of it lives in one directory: ``settings.json``, ``state/`` (one file a fit), ``history.json``, and in the
end the checkpoint's ``model.json`` and ``weights.safetensors``.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.checkpoint import FLOAT, MODEL, QUANTISED, Checkpoint, save_checkpoint
from quant.metrics import constituent_mass, mass_window_metrics, tagging_metrics
from quant.models.families import FAMILIES
from quant.models.scoring import seen_momenta
from quant.training.calibrated import calibrated
from quant.training.data import Sample, load_sample, part_of
from quant.training.fit import Fit, Report, Tick, evaluate, no_tick
from quant.training.settings import Settings, Until

SETTINGS, HISTORY, STATE = "settings.json", "history.json", "state"
LIBRARIES = ("fpgajet", "torch", "brevitas", "numpy")


def prepare(out: Path, settings: Settings, resume: bool) -> None:
    """Claim a run directory, or check that the one to be resumed was made with the same settings.

    Raises:
        BadInput: it holds another run.
    """
    wanted = settings.model_dump(mode="json")
    if (out / SETTINGS).is_file():
        if not resume:
            raise BadInput(f"{out} already holds a run. Continue it with --resume, or choose another --out.")
        found = read_json(out / SETTINGS)
        differing = [key for key in wanted if not isinstance(found, dict) or found.get(key) != wanted[key]]
        if differing:
            raise BadInput(f"{out} was started with other settings ({', '.join(differing)}): give those.")
    elif (out / MODEL).exists():
        raise BadInput(f"{out} holds a finished checkpoint. Choose another --out.")
    write_json(out / SETTINGS, wanted)


def train(
    settings: Settings,
    data: Path,
    out: Path,
    report: Report,
    *,
    name: str,
    command: Sequence[str] = (),
    until: Until = Until.QUANTISED,
    device: str = "cpu",
    tick: Tick = no_tick,
) -> Checkpoint | None:
    """Run or continue everything, and write the checkpoint.

    Args:
        settings: all that decides the outcome, with the jets.
        data: directory with train, val and test jets.
        out: the run's directory, see :func:`prepare`.
        report, tick: called after every epoch and within, see :meth:`Fit.run`.
        name: name of the checkpoint.
        command: what the user typed, for the record.
        until: the last stage; the same call with a later one goes on from there.
        device: where the float model is trained. Calibration and quantised fine-tuning are exact float64
            arithmetic of few numbers, and stay on the CPU.

    Returns:
        The checkpoint, or None if an earlier stage was the last.

    Raises:
        BadInput: unusable jets or a damaged state. CannotWrite: ``out`` cannot be written.
    """
    # One thread: tensors of one batch are too small for a second one to pay, and sums stay reproducible.
    torch.set_num_threads(1)
    family, constituents = FAMILIES[settings.model], settings.constituents
    if until is not Until.FLOAT and not family.has_quantised:
        raise BadInput(f"{family.name} has no quantised form: train it with --until float.")
    jets = load_sample(part_of(data, "train"), constituents, settings.max_jets)
    validation = load_sample(part_of(data, "val"), constituents)
    recorder = Recorder(out, report)

    def seen(sample: Sample) -> Sample:
        return sample.with_inputs(seen_momenta(settings.form, sample.momenta.numpy()))

    def read(sample: Sample) -> Sample:
        return sample.with_inputs(settings.form.features(sample.momenta.numpy()))

    samples = seen(jets).to(device), seen(validation).to(device)
    model = float_phase(settings, *samples, out / STATE, recorder, tick, device).to("cpu")
    if until is Until.FLOAT:
        return None
    quantised = calibrated(settings, model, jets.first(settings.calibration_jets), name, out / STATE)
    if until is Until.CALIBRATION:
        return None
    if settings.quantised_epochs:
        fit = _fit(settings, "quantised", settings.quantised_epochs, settings.quantised_rate)
        fit.run(quantised, read(jets), read(validation), out / STATE, recorder, tick)

    test = load_sample(part_of(data, "test"), constituents)
    metrics = {
        "sample": test.name,
        "float": tagging_metrics(test.labels, evaluate(model, seen(test).momenta).numpy()),
        "quantised": tagging_metrics(test.labels, evaluate(quantised, read(test).momenta).numpy()),
        "mass_cut": mass_window_metrics(test.labels, constituent_mass(test.momenta.numpy())),
    }
    model_description = family.describe(settings, quantised)
    description = {
        "name": name,
        "architecture": family.name,
        "model": model_description,
        "parameters": model_description.parameters,
        "parameters_absorbed": model_description.parameters_absorbed,
        "training": {
            "command": shlex.join(command),
            "seed": settings.seed,
            "settings": settings.model_dump(mode="json"),
            "versions": {library: version(library) for library in LIBRARIES},
            "data": {role: [s.described()] for role, s in _roles(jets, validation, test)},
        },
        "metrics": metrics,
    }
    tensors = {f"{FLOAT}{key}": t for key, t in model.state_dict().items()}
    tensors |= {f"{QUANTISED}{key}": t for key, t in quantised.state_dict().items()}
    return save_checkpoint(out, description, tensors)


def _roles(train: Sample, validation: Sample, test: Sample) -> list[tuple[str, Sample]]:
    return [("train", train), ("validation", validation), ("test", test)]


def float_phase(
    settings: Settings,
    jets: Sample,
    validation: Sample,
    directory: Path,
    report: Report,
    tick: Tick = no_tick,
    device: str = "cpu",
) -> nn.Module:
    """The best of several short restarts, trained to the end."""
    best_auc, winner = -1.0, None
    few = jets.first(settings.screen_jets)
    for number in range(settings.restarts):
        candidate = new_model(settings, number).to(device)
        fit = _fit(settings, f"screen-{number}", settings.screen_epochs, settings.float_rate)
        state = fit.run(candidate, few, validation, directory, report, tick)
        if state.best_auc > best_auc:
            best_auc, winner = state.best_auc, candidate
    assert winner is not None
    fit = _fit(settings, "float", settings.float_epochs, settings.float_rate)
    fit.run(winner, jets, validation, directory, report, tick)
    return winner


def new_model(settings: Settings, number: int) -> nn.Module:
    """An untrained float model; its initial values depend on the seed and the restart's number only."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed * 1000 + number)
        return FAMILIES[settings.model].new_float(settings)


def _fit(settings: Settings, name: str, epochs: int, rate: float) -> Fit:
    return Fit(name, epochs, rate, settings.batch, settings.warm_up, settings.seed)


class Recorder:
    """Passes reports on and keeps ``history.json`` in step with them."""

    def __init__(self, out: Path, report: Report) -> None:
        self.path, self.report = out / HISTORY, report
        self.history: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, fit: str, record: dict[str, Any]) -> None:
        self.history.setdefault(fit, []).append(record)
        write_json(self.path, self.history)
        self.report(fit, record)
