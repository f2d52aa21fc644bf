"""A small network of the operators that foreign files need."""

from __future__ import annotations

import numpy as np

from fpgajet.ops import ConstituentMax, ConstituentSum, FlatConstituents, Join, Rescale
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from tests.networks import t

GIVEN = t("ap_fixed<6,3,AP_RND_CONV,AP_SAT>")
SUM = t("ap_fixed<8,5,AP_TRN,AP_SAT>")
ROUNDED = t("ap_fixed<5,4,AP_RND_CONV,AP_SAT>")
NARROW = t("ap_fixed<3,3,AP_RND_CONV,AP_SAT>")
FACTOR = t("ap_fixed<5,2,AP_RND_CONV,AP_SAT>")


def random_foreign(constituents: int = 4, features: int = 3, seed: int = 0) -> Network:
    """Rescaled constituents, with and without ReLU; their sum, maximum and row, joined."""
    rng = np.random.default_rng(seed)

    def tensors() -> dict[str, Tensor]:
        values = (rng.integers(FACTOR.lowest, FACTOR.highest + 1, features) for _ in range(2))
        return {
            name: Tensor(FixedArray(raw, FACTOR.fraction), FACTOR)
            for name, raw in zip(("weight", "bias"), values, strict=True)
        }

    nodes = (
        Node("scaled", Rescale(GIVEN, 0), ("x",), tensors()),
        Node("positive", Rescale(ROUNDED, 1), ("x",), tensors()),
        Node("sum", ConstituentSum(SUM), ("scaled",)),
        Node("max", ConstituentMax(ROUNDED, constituents), ("scaled",)),
        Node("row", FlatConstituents(NARROW, constituents), ("positive",)),
        Node("both", Join(SUM), ("sum", "max")),
        Node("all", Join(SUM), ("both", "row")),
    )
    return Network("foreign", "x", (constituents, features), GIVEN, nodes, GivenFeatures(features))
