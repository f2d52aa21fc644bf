"""Made-up jets with features of constituents for tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quant.data import Feature, Jets
from tests.toy_jets import toy_jets

CHARGE, WEIGHT = Feature("charge", -1, 1), Feature("weight", 0, 1)


def feature_jets(count: int, slots: int = 4, seed: int = 0, telling: bool = False) -> Jets:
    """Toy jets whose constituents have a charge and a weight; ``telling``: the charge is that of the jet's class."""
    jets, rng = toy_jets(count, slots, seed), np.random.default_rng(seed)
    charge, weight = rng.integers(-1, 2, (count, slots)), rng.random((count, slots))
    if telling:
        charge = np.broadcast_to(2 * jets.label.astype(int)[:, None] - 1, charge.shape)
    extra = np.stack([charge, weight], -1) * (jets.constituents[..., :1] != 0)
    columns = np.concatenate([jets.constituents, extra], -1).astype(np.float32)
    return replace(jets, constituents=columns, features=(CHARGE, WEIGHT))
