"""From a finished training to rows of the table: networks of its front, calibrated, scored, built and simulated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from quant.data.reading.shipped import FIVE
from quant.models.messages.calibration import logistic, multinomial
from studies.peers.hardware import build
from studies.peers.jets import Inputs, numbers
from studies.peers.networks import Peer, one_thread
from studies.peers.rows import physics
from studies.peers.symmetry import symmetry

#: Of a front: for each of these losses of validation AUC against the best, the cheapest network within it.
LOSSES = (0.0, 0.004, 0.007, 0.01, 0.02)
#: Jets whose scores are simulated, and that are permuted, rotated and boosted.
SIMULATED, MOVED = 2_000, 1_000


def chosen(record: dict[str, Any], losses: Sequence[float] = LOSSES) -> list[dict[str, Any]]:
    """Epochs of a training's front, one for each loss of AUC that is allowed, without repetition."""
    kept = {int(name.removeprefix("epoch").removesuffix(".keras")) for name in record["front"]}
    front = [epoch for epoch in record["epochs"] if epoch["epoch"] in kept]
    best = max(epoch["auc"] for epoch in front)
    cheapest = [
        min((e for e in front if e["auc"] >= best - loss), key=lambda e: e["ebops"]) for loss in losses
    ]
    return [epoch for n, epoch in enumerate(cheapest) if epoch not in cheapest[:n]]


def measure(
    record: dict[str, Any],
    epoch: dict[str, Any],
    folder: Path,
    calibration: Inputs,
    test: Inputs,
    rtl: bool = True,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """The row of one network.

    Args:
        record, epoch: of a training in ``folder``, and which of its epochs.
        calibration: jets that give the integer bits of the activations, as HGQ2 does it (what is larger in another jet
            wraps around), and what is added to the scores: see :func:`shift`.
        test: jets that give every figure. rtl: see :func:`studies.peers.hardware.build`.
    """
    one_thread()
    import hgq.layers  # registers what the file names
    import keras
    from hgq.utils import trace_minmax

    assert hgq.layers is not None
    peer = Peer(**record["peer"])
    model = keras.models.load_model(folder / "front" / f"epoch{epoch['epoch']:03d}.keras", compile=False)
    ebops = int(trace_minmax(model, calibration.numbers, batch_size=2500))

    def predicted(given: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(model.predict(given, batch_size=2500, verbose=0), np.float64)

    scores = predicted(test.numbers) + shift(calibration.label, predicted(calibration.numbers))
    hardware = build(model, test.numbers[:SIMULATED], folder / f"rtl-{epoch['epoch']:03d}", rtl, say)
    return {
        "name": name_of(record, epoch),
        "model": peer.name,
        "tool": "HGQ2",
        "constituents": peer.constituents,
        "classes": peer.classes,
        "seed": record["seed"],
        "train_jets": record["jets"],
        "epochs": len(record["epochs"]),
        "train_cpu_s": record["cpu_s"],
        **physics(test.label, scores, FIVE),
        "weight_bits": weight_bits(model),
        "ebops": ebops,
        **asdict(hardware),
        "ii": 1,
        **symmetry(lambda momenta: predicted(numbers(momenta)), test.momenta[:MOVED]),
    }


def shift(label: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """What suits the labels best when it is added to the scores, [outputs], as our calibration moves the last bias.

    HGQ2 trains no such thing: a network of an epoch in the middle of its training may have the right order of jets for
    each class, and few jets of some of them. A last bias costs the same at every value.
    """
    classes, found = torch.from_numpy(label), torch.from_numpy(scores)
    if scores.shape[1] == 1:
        slope, offset = logistic(found[:, 0], classes.double())
        return np.array([offset / slope])
    slope, offsets = multinomial(found, classes)
    return np.asarray(offsets.numpy() / slope, np.float64)


def name_of(record: dict[str, Any], epoch: dict[str, Any]) -> str:
    """Of the row of one network."""
    run = Peer(**record["peer"]).run(record["seed"], record["jets"], len(record["epochs"]))
    return f"{run}-e{epoch['epoch']}"


def weight_bits(model: Any) -> float:
    """Mean width of the weights, sign included; those of no bits count."""
    from keras import ops

    bits = []
    for layer in model.layers:
        if hasattr(layer, "kq"):
            shape = tuple(layer.kernel.shape)
            bits.append(np.broadcast_to(ops.convert_to_numpy(layer.kq.bits_(shape)), shape).ravel())
    return round(float(np.concatenate(bits).mean()), 2)
