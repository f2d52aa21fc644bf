"""npelican-n16-c2-rounded: npelican-n16-c2-shifts with rounded terms of rows, fewer pairs and a coarser pT.

    python scripts/train_rounded.py --data jets --out runs/npelican-n16-c2-rounded

Types were chosen on validation jets. The numbers of ``WEIGHTS`` and ``COEFFICIENTS`` were found by coordinate descent
on the AUC of the training jets, from those of npelican-n16-c2-shifts (docs/search.md). Here they are put into a model,
which is measured and written as a checkpoint. Nothing is trained.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import torch

from quant.checkpoint import load_float_model, open_checkpoint, save_checkpoint
from quant.compression.compress_settings import settings_of
from quant.models.wiring import full_scale
from quant.seen_jets import write_seen
from quant.training.data import TrainingJets
from quant.training.quantisation import measured, model_json, tensors_of
from quant.zoo import resolve

SOURCE, NAME = "npelican-n16-c2-shifts", "npelican-n16-c2-rounded"
#: pT from 1 to 181 GeV in 15 steps of a factor of sqrt(2): what is softer or harder is moved to the ends
FORM = {"pt_lsb": 1.0, "pt_bits": 4}
PAIRS_BELOW = 24
TYPES = {
    "total": "ap_ufixed<10,9,AP_TRN,AP_SAT>",
    "term": "ap_fixed<9,4,AP_TRN,AP_SAT>",
    "activation": "ap_ufixed<5,0,AP_TRN,AP_SAT>",
    "score": "ap_fixed<20,8,AP_TRN,AP_SAT>",
}
#: integers of their types: all powers of two
WEIGHTS = {
    "weight": [[-4, -8, 4, 4, -2, -4], [1, -8, -4, -4, 0, 4]],
    "score_weight": [[-4, -2], [-8, 16]],
}
#: of 1, n / 16 and (n / 16)^2 for each channel
COEFFICIENTS = {
    "bias": [[0.329, -0.095, 0.040], [-0.006, 0.080, -0.010]],
    "diagonal_bias": [[0.021, 0.091, 0.045], [0.040, 0.042, -0.052]],
    "score_bias": [[-12.012, 10.295, 8.509]],
}


def main() -> None:
    """Write the checkpoint."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    source = open_checkpoint(resolve(SOURCE))
    family, given = source.config.family, source.config.model.model_dump(mode="json")
    given |= {"input": given["input"] | FORM, "types": given["types"] | TYPES, "pairs_below": PAIRS_BELOW}
    description = family.description.model_validate(given)
    changed = {"input": description.form.to_json(), "pairs_below": PAIRS_BELOW, "quantised_epochs": 0}
    settings = settings_of(source).model_copy(update=changed)
    model = family.quantised_model(description, NAME).eval()
    with torch.no_grad():
        for name, numbers in (WEIGHTS | COEFFICIENTS).items():
            kind = model.wiring.types[name]
            unit = (kind.lsb if name in WEIGHTS else 1.0) / full_scale(kind)
            values = torch.tensor(numbers, dtype=torch.float64) * unit
            model.get_parameter(name).copy_(values if name in WEIGHTS else values.T)
    jets = TrainingJets(arguments.data, settings.constituents, description.form)
    floating = load_float_model(source).model
    roles = {"train": jets.train, "validation": jets.validation, "test": jets.test}
    command = ["python", shlex.quote(sys.argv[0]), *sys.argv[1:]]
    content = model_json(settings, model, roles, measured(floating, model, jets), NAME, command)
    learnt = [part.identity for part in (jets.train, jets.validation) if part.identity is not None]
    arguments.out.mkdir(parents=True, exist_ok=True)
    content["seen_jets"] = write_seen(arguments.out, learnt, source)
    save_checkpoint(arguments.out, content, tensors_of(floating, model))
    print(content["metrics"]["quantised"])


if __name__ == "__main__":
    main()
