"""npelican-n16-c2-shifts: npelican-n16-c2-log with coarser inputs and sums, and powers of two as weights of pairs.

    python scripts/train_shifts.py --data jets --out runs/npelican-n16-c2-shifts [--type NAME=AP_FIXED ...]

Types and weights were found by trying single changes on 6,000 to 12,000 training jets, each with its AUC and its
circuit, as greedy narrowing does (docs/search.md has the figures). Here the other parameters are trained on: biases and
the last layer.
"""

from __future__ import annotations

import torch

from quant.checkpoint import load_model
from quant.models.messages.calibration import logistic
from quant.models.quantised import QuantisedNetwork
from quant.models.sample import Sample
from quant.models.wiring import full_scale
from quant.training.fit import evaluate
from quant.training.float_phase import fit_of
from quant.training.run import Recorder
from quant.training.sparsity import Held
from quant.training.stages import STATE
from studies.variants.derived import Derived, options

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


def started(derived: Derived) -> QuantisedNetwork:
    """The source with these types, its parameters as before but for the weights of pairs."""
    model, found = load_model(derived.source), derived.new_model()
    old, new = model.wiring.types, found.wiring.types
    with torch.no_grad():
        for name, parameter in found.named_parameters():
            parameter.copy_(model.get_parameter(name) * full_scale(old[name]) / full_scale(new[name]))
        unit = new["weight"].lsb / full_scale(new["weight"])
        found.get_parameter("weight").copy_(torch.tensor(WEIGHTS, dtype=torch.float64) * unit)
    return found


def centre(model: QuantisedNetwork, jets: Sample) -> None:
    """Move the last bias to where a score of 0 is as likely a top quark as not."""
    slope, offset = logistic(2 * evaluate(model, jets.momenta), jets.label.double())
    with torch.no_grad():
        unit = full_scale(model.wiring.types["score_bias"])
        model.get_parameter("score_bias")[0] += offset / (2 * slope) / unit


def main() -> None:
    """Train and write the checkpoint."""
    given = options(__doc__ or "")
    training = {"quantised_epochs": EPOCHS, "quantised_rate": RATE, "max_jets": None}
    derived = Derived.of(SOURCE, NAME, given.data, form=FORM, types=TYPES | given.types, training=training)
    model, jets = started(derived), derived.jets
    train, validation = jets.read(jets.train), jets.read(jets.validation)
    centre(model, train.first(CENTRING))
    weight = model.get_parameter("weight").detach().clone()
    held = Held(values={"weight": (torch.ones_like(weight, dtype=torch.bool), weight)})
    fit = fit_of(derived.settings, "quantised", EPOCHS, RATE)
    report = Recorder(given.out, lambda name, record: print(name, record, flush=True))
    fit.run(model, train, validation, given.out / STATE, report, sparsity=held)
    print(derived.save(model, given.out)["quantised"])


if __name__ == "__main__":
    main()
