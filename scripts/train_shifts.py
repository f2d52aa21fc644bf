"""npelican-n16-c2-shifts: npelican-n16-c2-log with coarser inputs and sums, and powers of two as weights of pairs.

    python scripts/train_shifts.py --data jets --out runs/npelican-n16-c2-shifts

Types and weights were found by trying single changes on 6,000 to 12,000 training jets, each with its AUC and its
circuit, as greedy narrowing does (docs/search.md has the figures). Here the other parameters are trained on: biases and
the last layer.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

import torch

from quant.checkpoint import load_float_model, load_model, open_checkpoint, save_checkpoint
from quant.compression.compress_settings import settings_of
from quant.models.messages.calibration import logistic
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.wiring import full_scale
from quant.seen_jets import write_seen
from quant.training.data import TrainingJets
from quant.training.fit import evaluate
from quant.training.float_phase import fit_of
from quant.training.quantisation import measured, model_json, tensors_of
from quant.training.run import Recorder
from quant.training.sparsity import Held
from quant.training.stages import STATE
from quant.zoo import resolve

SOURCE, NAME = "npelican-n16-c2-log", "npelican-n16-c2-shifts"
FORM = {"steps": 2, "pt_bits": 5}
TYPES = {
    "momenta": "ap_fixed<6,6,AP_RND_CONV,AP_SAT>",
    "table": "ap_ufixed<5,5,AP_TRN,AP_SAT>",
    "dots": "ap_ufixed<5,10,AP_TRN,AP_SAT>",
    "row_sum": "ap_ufixed<8,7,AP_TRN,AP_SAT>",
    "total": "ap_ufixed<9,8,AP_TRN,AP_SAT>",
    "weight": "ap_fixed<5,-4,AP_RND_CONV,AP_SAT_SYM>",
    "bias": "ap_fixed<7,0,AP_RND_CONV,AP_SAT>",
    "activation": "ap_ufixed<6,0,AP_TRN,AP_SAT>",
    "score_bias": "ap_fixed<10,6,AP_RND_CONV,AP_SAT>",
}
#: in units of 2^-9: d, delta S_i, S_j, S_i, T, delta T of both channels
WEIGHTS = [[-4, -8, 4, 4, -2, -4], [1, -8, -4, -4, 0, 4]]
EPOCHS, RATE = 1, 1e-4
#: jets on which the last bias is moved first
CENTRING = 6000


def started(model: QuantisedNetwork, description: Any, family: Any) -> QuantisedNetwork:
    """The model with these types, its parameters as before but for the weights of pairs."""
    found: QuantisedNetwork = family.quantised_model(description, NAME)
    old, new = model.wiring.types, found.wiring.types
    with torch.no_grad():
        for name, parameter in found.named_parameters():
            parameter.copy_(model.get_parameter(name) * full_scale(old[name]) / full_scale(new[name]))
        unit = new["weight"].lsb / full_scale(new["weight"])
        found.get_parameter("weight").copy_(torch.tensor(WEIGHTS, dtype=torch.float64) * unit)
    return found.eval()


def centre(model: QuantisedNetwork, jets: Sample) -> None:
    """Move the last bias to where a score of 0 is as likely a top quark as not."""
    slope, offset = logistic(2 * evaluate(model, jets.momenta), jets.label.double())
    with torch.no_grad():
        unit = full_scale(model.wiring.types["score_bias"])
        model.get_parameter("score_bias")[0] += offset / (2 * slope) / unit


def main() -> None:
    """Train and write the checkpoint."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    source = open_checkpoint(resolve(SOURCE))
    family, given = source.config.family, source.config.model.model_dump(mode="json")
    given |= {"input": given["input"] | FORM, "types": given["types"] | TYPES}
    description = family.description.model_validate(given)
    changed = {"quantised_epochs": EPOCHS, "quantised_rate": RATE, "max_jets": None}
    changed |= {"input": description.form.to_json()}
    settings = settings_of(source).model_copy(update=changed)
    model = started(load_model(source), description, family)
    jets = TrainingJets(arguments.data, settings.constituents, description.form)
    train, validation = jets.read(jets.train), jets.read(jets.validation)
    centre(model, train.first(CENTRING))
    weight = model.get_parameter("weight").detach().clone()
    held = Held(values={"weight": (torch.ones_like(weight, dtype=torch.bool), weight)})
    fit = fit_of(settings, "quantised", EPOCHS, RATE)
    report = Recorder(arguments.out, lambda name, record: print(name, record, flush=True))
    fit.run(model, train, validation, arguments.out / STATE, report, sparsity=held)
    floating = load_float_model(source).model
    roles = {"train": jets.train, "validation": jets.validation, "test": jets.test}
    command = ["python", shlex.quote(sys.argv[0]), *sys.argv[1:]]
    content = model_json(settings, model, roles, measured(floating, model, jets), NAME, command)
    learnt = [part.identity for part in (jets.train, jets.validation) if part.identity is not None]
    content["seen_jets"] = write_seen(arguments.out, learnt, source)
    save_checkpoint(arguments.out, content, tensors_of(floating, model))


if __name__ == "__main__":
    main()
