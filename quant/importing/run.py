"""An import from beginning to end: float model, comparison with the formula, calibration, fine-tuning, checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from fpgajet.errors import BadInput
from quant.checkpoint import MODEL, Checkpoint, save_checkpoint
from quant.checkpoint_schema import require_name
from quant.importing.agreement import Agreement, agreements
from quant.importing.foreign import ForeignNorm, ForeignNPelican
from quant.importing.jets import ImportJets, import_jets
from quant.metrics import constituent_mass, mass_window_metrics, tagging_metrics
from quant.models.families import FAMILIES
from quant.models.sample import Sample
from quant.models.scoring import seen_momenta
from quant.training.fit import Fit, evaluate
from quant.training.quantisation import model_json, tensors_of
from quant.training.schedule import Cosine
from quant.training.stages import STATE

FAMILY = "npelican"
#: Constituents where neither the file nor the user says.
DEFAULT_CONSTITUENTS = 16
#: Effort of calibration, less than that of `fpgajet train`: the weights are what they are. --set changes it.
EFFORT = {
    "calibration_starts": 20,
    "calibration_searches": 2,
    "calibration_sweeps": 6,
    "calibration_jets": 4_000,
}


@dataclass(frozen=True)
class ImportOptions:
    """What the user decides: the rest is in the file.

    Attributes:
        constituents: N; None: what the file says, else 16. data: the user's jets, or None for the shipped sample.
        settings: further settings of the family, by the keys of ``fpgajet train --set``.
        epochs: of quantised fine-tuning; 0 quantises after training only.
    """

    constituents: int | None = None
    data: Path | None = None
    settings: dict[str, Any] | None = None
    epochs: int = 0


@dataclass(frozen=True)
class Imported:
    """The checkpoint, how well it agrees with the formula, and what was assumed."""

    checkpoint: Checkpoint
    agreements: list[Agreement]
    notes: list[str]


def import_npelican(
    foreign: ForeignNPelican,
    source: Path,
    out: Path,
    options: ImportOptions,
    *,
    name: str,
    command: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Imported:
    """Write the checkpoint of a foreign nanoPELICAN to ``out``; ``say`` hears of each step.

    Raises:
        BadInput: unusable jets or settings, or ``out`` holds a checkpoint already.
        Mismatch: our model and the foreign formula disagree.
        CannotWrite: ``out`` cannot be written.
    """
    torch.set_num_threads(1)
    if (out / MODEL).exists():
        raise BadInput(f"{out} holds a finished checkpoint. Choose another --out.")
    require_name(name)
    family, notes = FAMILIES[FAMILY], list(foreign.notes)
    constituents = options.constituents
    if constituents is None:
        constituents = foreign.constituents
    if constituents is None:
        constituents = DEFAULT_CONSTITUENTS
        notes.append(
            f"the file does not say how many constituents are read: {constituents}, see --constituents"
        )
    settings = _settings(foreign, constituents, options)
    jets = import_jets(options.data, constituents)
    if options.data is None:
        notes.append(
            "calibrated and measured on different jets of the shipped sample; give your own with --data"
        )
    model = family.new_float(settings)
    model.load_state_dict(float_tensors(foreign), strict=False)
    model.eval()
    found = agreements(foreign, model, jets.test.momenta.numpy(), source)
    for row in found:
        say(row.sentence)

    sample = jets.train.first(settings.calibration_jets)
    say(f"calibrating on {len(sample):,} jets")
    quantised = family.calibrate(model, settings, sample, name)
    if options.epochs:
        say(f"fine-tuning on {len(jets.train):,} jets, {options.epochs} epoch(s)")
        fit = Fit(
            "quantised",
            options.epochs,
            settings.quantised_rate,
            settings.batch,
            Cosine(settings.warm_up),
            settings.seed,
        )
        training, validation = (_features(settings, part) for part in (jets.train, jets.validation))
        fit.run(quantised, training, validation, out / STATE, lambda _, record: say(_epoch(record)))
    metrics = _metrics(settings, model, quantised, jets)
    notes += _warnings(metrics)
    content = model_json(settings, quantised, vars(jets), metrics, name, command)
    return Imported(save_checkpoint(out, content, tensors_of(model, quantised)), found, notes)


def _settings(foreign: ForeignNPelican, constituents: int, options: ImportOptions) -> Any:
    from pydantic import ValidationError

    given = dict(options.settings or {})
    values = {
        "constituents": constituents,
        "hidden": foreign.hidden,
        "beams": int(foreign.beams),
        "nbar": foreign.nbar,
        "alpha": foreign.alphas is not None,
        "quantised_epochs": options.epochs,
    }
    fixed = sorted(values.keys() & given.keys())
    if fixed:
        raise BadInput(f"{', '.join(fixed)} follow from the file and the options; leave them out of --set.")
    try:
        return FAMILIES[FAMILY].settings.model_validate(EFFORT | given | values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"the model cannot be imported with these settings: {where}: {first['msg']}."
        ) from error


def float_tensors(foreign: ForeignNPelican) -> dict[str, torch.Tensor]:
    """The state dict of our float model of a foreign one."""
    arrays: dict[str, Any] = {
        "weight": foreign.weight,
        "bias": foreign.bias,
        "diagonal_bias": foreign.diagonal_bias,
        "score_weight": foreign.score_weight,
        "score_bias": foreign.score_bias,
    }
    for name, norm in (("norm1", foreign.norm1), ("norm2", foreign.norm2)):
        arrays |= {f"{name}.{key}": value for key, value in _norm(norm).items()}
    if foreign.alphas is not None:
        arrays |= {"alpha": foreign.alphas.aggregators, "score_alpha": foreign.alphas.score}
    return {name: torch.from_numpy(np.array(value, dtype=np.float64)) for name, value in arrays.items()}


def _norm(norm: ForeignNorm) -> dict[str, Any]:
    return {"mean": norm.mean, "variance": norm.variance, "gamma": norm.gamma, "beta": norm.beta}


def _features(settings: Any, sample: Sample) -> Sample:
    return sample.with_inputs(settings.form.features(sample.momenta.numpy()))


def _metrics(settings: Any, model: nn.Module, quantised: nn.Module, jets: ImportJets) -> dict[str, Any]:
    """``metrics`` of ``model.json``, on the test jets."""
    test = jets.test
    seen = test.with_inputs(seen_momenta(settings.form, test.momenta.numpy()))
    return {
        "sample": test.name,
        "float": tagging_metrics(test.labels, evaluate(model, seen.momenta).numpy()),
        "quantised": tagging_metrics(
            test.labels, evaluate(quantised, _features(settings, test).momenta).numpy()
        ),
        "mass_cut": mass_window_metrics(test.labels, constituent_mass(test.momenta.numpy())),
    }


def _warnings(metrics: dict[str, Any]) -> list[str]:
    """What a user should not overlook, in sentences."""
    found = []
    auc = metrics["float"]["auc"]
    if auc < 0.5:
        found.append(
            f"the imported model scores background above signal on these jets (AUC {auc:.4f}): its classes, beams, "
            "Nbar or constituents may be others than was assumed, or it was never trained"
        )
    if metrics["quantised"]["distinct_scores"] == 1:
        found.append(
            "the quantised model gives every jet the same score: its calibration minimises the loss, and did not find "
            "anything to learn"
        )
    return found


def _epoch(record: dict[str, Any]) -> str:
    return f"epoch {record.get('epoch')}: validation AUC {record.get('auc', float('nan')):.4f}"
