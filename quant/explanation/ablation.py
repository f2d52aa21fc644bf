"""What the scalar, vector and hidden channels of a trained VecNet carry: the AUC without each. No torch here.

What a kind of channels hands on to the others is exchanged between jets: the values stay those of jets, but they say
nothing of the jet that is scored (permutation importance, Breiman, Machine Learning 45 (2001) 5). Everything is
computed in the integers of the hardware.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.network import Network
from quant.data import Jets
from quant.metrics import auc
from quant.metrics.tagging import tagging_errors

#: Kinds of channels by the beginning of the names of their stages (docs/vecnet.md, "A network").
KINDS = {"scalar": r"s\d", "vector": r"[vix]\d", "hidden": r"h\d"}
#: jets at a time
CHUNK = 1000


def kind_of(stage: str) -> str:
    """Say "scalar", "vector" or "hidden"; "" for what is none of them (inputs, graph, pool, score)."""
    return next((kind for kind, pattern in KINDS.items() if re.match(pattern, stage)), "")


def kinds_of(network: Network) -> list[str]:
    """The kinds of channels that hand something on, in the order of :data:`KINDS`."""
    crossing = {
        kind_of(name) for node in network.nodes for name in node.inputs if kind_of(name) != kind_of(node.name)
    }
    return [kind for kind in KINDS if kind in crossing]


def ablation(network: Network, jets: Jets, seed: int = 1) -> dict[str, Any]:
    """AUC of the network as it is, and with each kind of channels exchanged between jets.

    Args:
        jets: of both classes. seed: of the exchange.

    Returns:
        "none" and each kind that there is, with ``auc`` and ``auc_error``, from the number of jets.

    Raises:
        BadInput: the network has no such channels, or the jets are of one class.
    """
    kinds = kinds_of(network)
    if not kinds:
        raise BadInput(f"{network.name} has no scalar, vector or hidden channels, so none can be taken away.")
    scores: dict[str, list[NDArray[np.int64]]] = {kind: [] for kind in ("none", *kinds)}
    rng = np.random.default_rng(seed)
    features = network.form.features(jets.constituents)
    for start in range(0, len(features), CHUNK):
        part = features[start : start + CHUNK]
        given = FixedArray(from_real(part, network.input_type), network.input_type.fraction)
        other = rng.permutation(len(part))
        for kind, found in scores.items():
            found.append(_scores(network, given, kind, other))
    result = {}
    for kind, found in scores.items():
        score = np.concatenate(found)
        result[kind] = {
            "auc": auc(jets.label, score), "auc_error": tagging_errors(jets.label, score)["auc_error"]
        }  # fmt: skip
    return result


def _scores(network: Network, given: FixedArray, kind: str, other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Raw scores [B] with what ``kind`` hands on taken from the jets ``other``."""
    a, stages = IntegerArithmetic(), {network.input_name: given}
    for node in network.nodes:
        a.enter(node.name)
        inputs = [
            FixedArray(stages[name].raw[other], stages[name].fraction)
            if kind_of(name) == kind != kind_of(node.name)
            else stages[name]
            for name in node.inputs
        ]
        tensors = {name: tensor.values for name, tensor in node.tensors.items()}
        stages[node.name] = node.operator.forward(a, inputs, tensors)
    scores: NDArray[np.int64] = stages[network.output.name].raw[:, 0]
    return scores
