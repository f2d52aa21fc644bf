"""The jets of a build or a C simulation: read, checked, cut to the model's constituents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data import Jets, check_constituents, check_jets, read_events, read_jets, shipped_sample
from quant.data.classes import class_numbers

__all__ = ["bare_events", "labelled_jets", "shipped_sample"]


def labelled_jets(
    path: Path,
    constituents: int,
    max_jets: int | None,
    classes: Sequence[str] = (),
    objects: bool = False,
    features: Sequence[str] = (),
) -> Jets:
    """Jets with two classes, background first, checked, the leading ``constituents`` of each.

    Args:
        classes: names of other classes; labels are then their numbers, whatever the order in the file.
        objects: whether the model reads events of objects.
        features: of constituents that the model reads, behind their momenta.

    Raises:
        BadInput: unreadable, unphysical, or not two classes (or not these ``classes``) with jets in each.
    """
    jets = read_jets(path, max_jets=max_jets, constituents=constituents, objects=objects, features=features)
    check_jets(jets, source=str(path))
    if classes:
        label = class_numbers(jets, classes, path).astype(np.uint8)
        return replace(jets, label=label, classes=tuple(classes))
    if len(jets.classes) != 2 or set(np.unique(jets.label)) != {0, 1}:
        counts = dict(zip(*np.unique(jets.label, return_counts=True), strict=True))
        raise BadInput(
            f"{path} has the classes {list(jets.classes)} with {counts} jets; a tagger is judged on two "
            "classes, background first, with jets of both."
        )
    return jets


def bare_events(
    path: Path, constituents: int, objects: bool = False, features: Sequence[str] = ()
) -> NDArray[np.float32]:
    """Events of ``fpgajet csim --events``: a jet file, or a NumPy array [jets, N, 4] in GeV.

    With ``objects``, events of objects. With ``features``, these stand behind the momenta.

    Raises:
        BadInput: unreadable, unphysical, not finite, of a wrong shape, or with more constituents than the model takes.
    """
    events = read_events(path, constituents, objects, features)
    check_constituents(events[..., : events.shape[-1] - len(features)], source=str(path))
    if not np.isfinite(events).all():
        raise BadInput(f"{path} has features of constituents that are not finite numbers.")
    return events
