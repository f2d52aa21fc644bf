"""One training of a peer: the price of hardware rises by the epoch, and every network on the front is kept."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import read_json, write_json
from quant.metrics.classes import mean_auc
from quant.metrics.roc import auc
from studies.peers.jets import Inputs
from studies.peers.networks import Peer, network, one_thread

#: What a training leaves in its folder, last of all.
RECORD = "training.json"
BATCH, RATE, LOWEST_RATE = 512, 3e-3, 1e-6
#: Price of one EBOP in the loss: constant for the first part of the epochs, then rising to the last by equal factors.
PRICES, CONSTANT_PART = (2e-8, 4e-6), 0.2
#: Cosine restarts of the learning rate in a training.
CYCLES = 6


def price(epoch: int, epochs: int) -> float:
    """Of one EBOP, in units of the loss."""
    first, last = PRICES
    start = CONSTANT_PART * epochs
    done = max(0.0, (epoch - start) / (epochs - 1 - start))
    return float(first * (last / first) ** done)


def rate(epoch: int, epochs: int) -> float:
    """Learning rate: a cosine from the highest to the lowest in every cycle."""
    cycle = epochs / CYCLES
    angle = math.pi * min(1.0, (epoch % cycle) / (cycle - 1))
    return LOWEST_RATE + 0.5 * (RATE - LOWEST_RATE) * (1 + math.cos(angle))


def area(label: NDArray[np.int64], score: NDArray[Any]) -> float:
    """AUC of one score, mean one-against-rest AUC of several."""
    return auc(label, score.ravel()) if score.shape[1] == 1 else mean_auc(label, score)


def file_of(folder: Path, epoch: int) -> Path:
    """A network of the front."""
    return folder / "front" / f"epoch{epoch:03d}.keras"


def before(folder: Path) -> list[dict[str, Any]]:
    """Epochs of a training that was killed, up to the last whose network was kept."""
    path = folder / "epochs.json"
    epochs: list[dict[str, Any]] = read_json(path) if path.is_file() else []
    kept = [n for n, epoch in enumerate(epochs) if file_of(folder, epoch["epoch"]).is_file()]
    return epochs[: kept[-1] + 1] if kept else []


def train(
    peer: Peer, seed: int, epochs: int, jets: Inputs, validation: Inputs, folder: Path
) -> dict[str, Any]:
    """Train and keep every epoch that no other beats in both validation AUC and EBOPs.

    Returns:
        What ``training.json`` of the folder holds: settings, AUC and EBOPs by epoch, the front's files, seconds of CPU.
        A folder that has it is not trained again; one that was killed goes on from the last network that it kept, with
        the schedule of ``epochs`` in all.
    """
    done = folder / RECORD
    if done.is_file():
        found: dict[str, Any] = read_json(done)
        return found
    one_thread()
    import keras
    from hgq.utils.sugar import BetaScheduler, FreeEBOPs, ParetoFront

    class Validation(keras.callbacks.Callback):  # type: ignore[misc, unused-ignore]
        """Adds the validation AUC to what the other callbacks see, and keeps it by epoch."""

        def __init__(self) -> None:
            super().__init__()
            self.epochs: list[dict[str, float]] = []

        def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
            score = self.model.predict(validation.numbers, batch_size=2500, verbose=0)
            logs["val_auc"] = area(validation.label, score)
            kept = {
                "epoch": epoch,
                "auc": round(logs["val_auc"], 5),
                "ebops": logs["ebops"],
                "loss": logs["loss"],
            }
            self.epochs.append(kept | {"cpu_s": round(time.process_time() - began)})
            write_json(folder / "epochs.json", self.epochs)

    folder.mkdir(parents=True, exist_ok=True)
    watcher = Validation()
    front = ParetoFront(folder / "front", ["val_auc", "ebops"], [1, -1], "epoch{epoch:03d}.keras")
    past = before(folder)
    if past:
        import hgq.layers  # registers what the file names

        assert hgq.layers is not None
        watcher.epochs = past
        kept = [epoch for epoch in past if file_of(folder, epoch["epoch"]).is_file()]
        front.paths = [file_of(folder, epoch["epoch"]) for epoch in kept]
        front.record = [np.array([epoch["auc"], epoch["ebops"]]) for epoch in kept]
        model = keras.models.load_model(front.paths[-1])
    else:
        keras.utils.set_random_seed(seed)
        model = network(peer)
        losses = keras.losses
        logits = losses.BinaryCrossentropy if peer.outputs == 1 else losses.SparseCategoricalCrossentropy
        model.compile(optimizer=keras.optimizers.Adam(RATE), loss=logits(from_logits=True))
    first = len(past)
    began = time.process_time() - (past[-1]["cpu_s"] if past else 0)
    model.fit(
        jets.numbers,
        jets.label,
        batch_size=BATCH,
        initial_epoch=first,
        epochs=epochs,
        verbose=0,
        callbacks=[
            keras.callbacks.LearningRateScheduler(lambda epoch: rate(epoch, epochs)),
            BetaScheduler(lambda epoch: price(epoch, epochs)),
            FreeEBOPs(),
            watcher,
            front,
        ],
    )
    record = {
        "peer": asdict(peer),
        "seed": seed,
        "epochs": watcher.epochs,
        "jets": len(jets.label),
        "went_on_at": first,
        "front": [path.name for path in front.paths],
        "cpu_s": round(time.process_time() - began),
    }
    write_json(done, record)
    return record
