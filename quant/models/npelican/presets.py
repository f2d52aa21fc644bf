"""Settings with which nanoPELICAN is trained as published. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: arXiv 2310.16121, section 4: 80 constituents, 140 epochs in batches of 512 by AdamW without weight decay, 4 epochs
#: of linear warm-up, 124 of cosines with warm restarts (T_0 = 4, T_mult = 2), 12 of exponential decay by 0.5; the
#: mean of the best 5 of 25 seeds by loss. The peak rate, 0.0025, is that of PELICAN (arXiv 2211.00454), whose regime
#: the paper follows in all it does not name; dropout of 0.01 is the default of the authors' code. One output, no
#: screening, Nbar = 49.
REGIME: dict[str, Any] = {
    "constituents": 80, "nbar": 49.0, "batch": 512, "float_rate": 0.0025, "dropout": 0.01,
    "alpha_start": "means", "keep": "loss",
    "restarts": 1, "screen_epochs": 0, "seeds": 25, "best_seeds": 5,
    "float_epochs": 140, "schedule": "restarts", "warm_up_epochs": 4, "restart_epochs": 4, "restart_factor": 2,
    "decay_epochs": 12, "decay_gamma": 0.5,
}  # fmt: skip

#: The paper's text has no beams (d_ij of the constituents alone, Lorentz invariance, N and the jet's mass as the only
#: linear observables); the authors' code adds two by default. Which of the two the published tables hold is not said.
PRESETS: Mapping[str, Mapping[str, Any]] = {"paper": REGIME, "paper-beams": REGIME | {"beams": 1}}
