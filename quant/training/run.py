"""A training run: screening, float training, folding and calibration, quantised fine-tuning, checkpoint.

All of it lives in one directory: ``settings.json``, ``state/`` (one file per fit), ``history.json``, and at the
end the checkpoint's ``model.json`` and ``weights.safetensors``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ValidationError

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.checkpoint import MODEL, Checkpoint
from quant.checkpoint_schema import require_name
from quant.models.families import FAMILIES
from quant.models.training_settings import TrainingSettings
from quant.training.data import TrainingJets, part_of
from quant.training.fit import OnEpoch, Tick, no_tick
from quant.training.float_phase import summary, trained_seeds
from quant.training.quantisation import quantise
from quant.training.stages import SEEDS, SETTINGS, STATE, Until, changeable
from quant.training.teacher import Teacher, require_teacher
from quant.training.transfer import require_source, start_of

HISTORY = "history.json"


def prepare(out: Path, settings: BaseModel, resume: bool) -> None:
    """Claim a run directory, or check that the one to be resumed was made with the same settings.

    Settings of stages that have not begun may differ.

    Raises:
        BadInput: it holds another run.
    """
    wanted = settings.model_dump(mode="json")
    if (out / SETTINGS).is_file():
        if not resume:
            raise BadInput(f"{out} already holds a run. Continue it with --resume, or choose another --out.")
        found = _completed(settings, read_json(out / SETTINGS))
        free = frozenset[str]()
        if isinstance(settings, TrainingSettings):
            free = changeable(out / STATE) - settings.read_by_float
        differing = [name for name in _differing(found, wanted) if name.partition(".")[0] not in free]
        if differing:
            rest = f" May still change: {', '.join(sorted(free & wanted.keys()))}." if free else ""
            raise BadInput(
                f"{out} was started with other settings ({', '.join(differing)}): give those.{rest}"
            )
    elif (out / MODEL).exists():
        raise BadInput(f"{out} holds a finished checkpoint. Choose another --out.")
    write_json(out / SETTINGS, wanted)


def _completed(settings: BaseModel, found: Any) -> Any:
    """Settings of an earlier run, with the defaults of those that did not exist yet when it was started."""
    try:
        return type(settings).model_validate(found).model_dump(mode="json")
    except ValidationError:
        return found


def _differing(found: Any, wanted: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted names of wanted settings that are not found."""
    found = found if isinstance(found, dict) else {}
    names: list[str] = []
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(found.get(key), dict):
            names += _differing(found[key], value, f"{prefix}{key}.")
        elif key not in found or found[key] != value:
            names.append(prefix + key)
    return names


def train(
    settings: TrainingSettings,
    data: Path,
    out: Path,
    report: OnEpoch,
    *,
    name: str,
    command: Sequence[str] = (),
    until: Until = Until.QUANTISED,
    device: str = "cpu",
    tick: Tick = no_tick,
    source: Checkpoint | None = None,
    teacher: Teacher | None = None,
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
        source: the checkpoint that a training with ``transfer`` in its settings starts from.
        teacher: the network that a training with ``teacher`` in its settings learns from.

    Returns:
        The checkpoint, or None if an earlier stage was the last.

    Raises:
        BadInput: unusable jets or a damaged state. CannotWrite: ``out`` cannot be written.
    """
    # One thread: tensors of one batch are too small for a second one to pay, and sums stay reproducible.
    torch.set_num_threads(1)
    require_name(name)
    require_source(settings, source)
    require_teacher(settings, teacher)
    family, constituents = FAMILIES[settings.model], settings.constituents
    if until is not Until.FLOAT and not family.has_quantised:
        raise BadInput(f"{family.name} has no quantised form: train it with --until float.")
    names = settings.class_names, settings.regressed
    taught = None
    if teacher is not None:
        part = part_of(data, "train")
        taught = teacher.probabilities(part, settings.max_jets, settings.class_names, tick)
    jets = TrainingJets(data, constituents, settings.form, settings.max_jets, *names, taught=taught)
    recorder = Recorder(out, report)
    samples = jets.seen(jets.train).to(device), jets.seen(jets.validation).to(device)
    start = start_of(settings, source)
    seeds = trained_seeds(settings, *samples, out / STATE, recorder, tick, device, start)
    if settings.seeds > 1:
        write_json(
            out / SEEDS, summary(seeds, settings.best_seeds, jets.seen(jets.test), settings.class_names)
        )
    model = seeds[0].model
    if until is Until.FLOAT:
        return None
    return quantise(
        settings,
        model,
        jets,
        out,
        recorder,
        name=name,
        command=command,
        until=until,
        tick=tick,
        source=source,
        teacher=teacher,
    )


class Recorder:
    """Passes reports on and keeps ``history.json`` in step with them."""

    def __init__(self, out: Path, report: OnEpoch) -> None:
        self.path, self.report = out / HISTORY, report
        self.history: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, fit: str, record: dict[str, Any]) -> None:
        self.history.setdefault(fit, []).append(record)
        write_json(self.path, self.history)
        self.report(fit, record)
