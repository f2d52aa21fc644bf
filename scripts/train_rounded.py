"""npelican-n16-c2-rounded: npelican-n16-c2-shifts with rounded terms of rows, fewer pairs and a coarser pT.

    python scripts/train_rounded.py --data jets --out runs/npelican-n16-c2-rounded [--pairs-below 24]

Types were chosen on validation jets. The numbers of ``WEIGHTS`` and ``COEFFICIENTS`` were found by coordinate descent
on the AUC of the training jets, from those of npelican-n16-c2-shifts (docs/search.md). Here they are put into a model,
which is measured and written as a checkpoint. Nothing is trained.
"""

from __future__ import annotations

import torch

from quant.models.wiring import full_scale
from studies.variants.derived import Derived, options

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
    given = options(__doc__ or "", pairs_below=PAIRS_BELOW)
    derived = Derived.of(
        SOURCE, NAME, given.data, form=FORM, types=TYPES | given.types, model={"pairs_below": given.pairs_below},
        training={"quantised_epochs": 0},
    )  # fmt: skip
    model = derived.new_model()
    with torch.no_grad():
        for name, numbers in (WEIGHTS | COEFFICIENTS).items():
            kind = model.wiring.types[name]
            unit = (kind.lsb if name in WEIGHTS else 1.0) / full_scale(kind)
            values = torch.tensor(numbers, dtype=torch.float64) * unit
            model.get_parameter(name).copy_(values if name in WEIGHTS else values.T)
    print(derived.save(model, given.out)["quantised"])


if __name__ == "__main__":
    main()
