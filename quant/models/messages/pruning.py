"""What of a message-passing network can be pruned: weights, and channels of its layers. No torch here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops import Activation
from fpgajet.ops.roles import Hook, Meaning
from quant.models.messages.plan import SCORE, MessagePlan
from quant.models.structure import Removable, Structure

#: functions that are not 0 at 0: a channel of zeros before them would not stay one
NOT_ZERO_AT_ZERO = ("sigmoid",)


def weights(plan: MessagePlan) -> dict[str, NDArray[np.int64]]:
    """All weights of linear maps, each by itself."""
    found: dict[str, NDArray[np.int64]] = {}
    number = 1
    for name, parameter in plan.parameters.items():
        if parameter.meaning is Meaning.WEIGHT and not parameter.factors:
            size = int(np.prod(parameter.shape))
            found[name] = np.arange(number, number + size).reshape(parameter.shape)
            number += size
    return found


def channels(plan: MessagePlan, structure: Structure, batch_norm: bool) -> Sequence[Removable]:
    """Outputs of every linear map but the last.

    All layers of a kind share one width, so a removed channel stays in the description, as a row of zeros with no
    bias and no norm: its value is 0, which costs nothing in hardware.

    Raises:
        BadInput: aggregators are asked for.
    """
    if structure is not Structure.CHANNELS:
        raise BadInput(
            "message-passing networks have one aggregator, the mean over neighbours, which cannot be removed; "
            "give --structured channels."
        )
    nodes = plan.wiring().nodes
    kept = {
        source
        for node in nodes
        if isinstance(node.operator, Activation) and plan.functions[node.name] in NOT_ZERO_AT_ZERO
        for source in node.inputs
    }
    normed = {node.name for node in nodes if Hook.BATCH_NORM in node.operator.hooks}
    found = []
    biases = {p.stage: name for name, p in plan.parameters.items() if p.meaning is Meaning.BIAS}
    for name, parameter in plan.parameters.items():
        stage, shape = parameter.stage, parameter.shape
        if parameter.meaning is not Meaning.WEIGHT or shape[0] == 1:
            continue
        if stage in kept or stage == SCORE or parameter.factors:
            continue
        if stage not in biases and stage not in plan.plain:
            continue  # weights of attention: zeros among them remove no channel
        for row in range(shape[0]):
            single = np.arange(shape[0]) == row
            zero = {name: np.broadcast_to(single[:, None], shape).copy()}
            if stage in biases:
                zero[biases[stage]] = single
            if batch_norm and stage in normed - plan.plain:
                zero |= {f"norms.{stage}.gamma": single, f"norms.{stage}.beta": single}
            found.append(Removable(f"{stage} channel {row}", zero))
    return found
