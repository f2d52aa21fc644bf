"""The events of a build from a foreign ONNX file: features, because nobody knows what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.network import Network

RANDOM = "random events, no physics"
#: Random events, where no --max-jets says how many.
COUNT = 2000


@dataclass(frozen=True, eq=False)
class Events:
    """Features [events, N, F] float32, labels [events] where the file has them, and where they come from."""

    features: NDArray[np.float32]
    labels: NDArray[np.int64] | None
    source: str


def random_events(network: Network, seed: int, most: int | None) -> Events:
    """Events that are uniform over the input type."""
    precision, count = network.input_type, COUNT if most is None else most
    raw = np.random.default_rng(seed).integers(
        precision.lowest, precision.highest + 1, (count, *network.input_shape)
    )
    return Events((raw * precision.lsb).astype(np.float32), None, RANDOM)


def events_of(path: Path, shape: tuple[int, ...], classes: int | None, most: int | None) -> Events:
    """Events of a NumPy file: an array, or ``features`` and perhaps ``labels`` of an .npz.

    Args:
        shape: of an event in the model.
        classes: that labels may name: 2 for a single score, otherwise the number of scores;
            None: labels are not asked for.
        most: take only the first events.

    Raises:
        BadInput: unreadable, no finite numbers, a wrong shape, or labels that do not belong to them.
    """
    features, labels = _arrays(path)
    wanted = f"[events, {', '.join(map(str, shape))}]"
    if features.dtype.kind not in "fiu" or features.shape[1:] != shape or not len(features):
        raise BadInput(
            f"{path} has features {features.dtype} {list(features.shape)}; this model takes numbers {wanted}."
        )
    with np.errstate(over="ignore"):
        values = features.astype(np.float32)
    if not np.isfinite(values).all():
        raise BadInput(f"{path} has features that are not finite; this model takes numbers {wanted}.")
    if labels is None or classes is None:
        labels = None
    else:
        if labels.shape != features.shape[:1] or labels.dtype.kind not in "iu":
            raise BadInput(
                f"{path} has labels {labels.dtype} {list(labels.shape)}; they are one integer per event, "
                f"[{len(features)}]."
            )
        labels = labels[:most].astype(np.int64)
        if labels.min() < 0 or labels.max() >= classes or len(np.unique(labels)) < 2:
            raise BadInput(
                f"{path} has labels from {labels.min()} to {labels.max()}; this model tells {classes} classes, 0 to "
                f"{classes - 1}, apart, and at least two of them have to be there."
            )
    return Events(values[:most], labels, path.name)


def _arrays(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    if not path.is_file():
        raise BadInput(f"no file {path}; --jets of a foreign model takes features in a .npy or .npz file.")
    try:
        with path.open("rb") as stream:
            found = np.load(stream, allow_pickle=False)
            if isinstance(found, np.ndarray):
                return found, None
            with found:
                if "features" not in found:
                    raise BadInput(
                        f"{path} has the arrays {', '.join(found.files) or 'none'}; name the one with the "
                        "features `features`, and their labels `labels`."
                    )
                return found["features"], found.get("labels")
    except BadInput:
        raise
    except Exception as error:  # damaged archives raise whatever their reader meets
        raise BadInput(
            f"{path} is not a NumPy file of numbers; --jets of a foreign model takes features in a .npy or .npz file."
        ) from error
