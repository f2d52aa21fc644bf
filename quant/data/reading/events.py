"""Events without labels, as a C simulation takes them: a jet file, or a NumPy array."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.jets import MOMENTUM_COLUMNS, OBJECT_COLUMNS, with_slots
from quant.data.reading.data_set import read_jets
from quant.data.reading.npy import read_array


def read_events(
    path: Path, constituents: int, objects: bool = False, features: Sequence[str] = ()
) -> NDArray[np.float32]:
    """Four-momenta [jets, constituents, 4] (E, px, py, pz) in GeV, of a jet file or an ``.npy`` array.

    With ``objects``, events of objects [events, objects, 5] with the code of the type as the fifth number. With
    ``features``, these stand behind the momenta.
    Physics is not checked here: see :func:`quant.data.checking.constituents.check_constituents`.

    Raises:
        BadInput: unreadable, of a wrong shape or type, without events, or an array with more constituents than
            the model takes.
    """
    if path.suffix != ".npy":
        events = read_jets(path, constituents=constituents, objects=objects, features=features).constituents
    else:
        events = read_array(path)
        columns = OBJECT_COLUMNS if objects else MOMENTUM_COLUMNS + len(features)
        more = "".join(f", {name}" for name in features)
        if events.ndim != 3 or events.shape[2] != columns or events.dtype.kind != "f":
            raise BadInput(
                f"{path} holds {events.dtype} {list(events.shape)}; events are floating point "
                f"[jets, constituents, {columns}] with E, px, py, pz in GeV{', type' if objects else more}."
            )
        if events.shape[1] > constituents:
            raise BadInput(
                f"{path} has {events.shape[1]} constituents per jet, more than the {constituents} the model "
                "takes: keep the leading ones in pT."
            )
        events = with_slots(events, constituents)
    if len(events) == 0:
        raise BadInput(f"{path} holds no events.")
    with np.errstate(over="ignore"):  # infinity is found by the check of constituents
        return np.ascontiguousarray(events, dtype=np.float32)
