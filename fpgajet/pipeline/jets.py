"""The jets of a build or a C simulation: read, checked, cut to the model's constituents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import quant.data
from fpgajet.errors import BadInput
from quant.data.checks import check_constituents
from quant.data.layout import Jets, read_jets


def shipped_sample() -> Path:
    """The test sample that comes with fpgajet: 20,000 jets that no shipped model was trained on."""
    return Path(quant.data.__file__).parent / "samples" / "test.h5"


def labelled_jets(path: Path, constituents: int, max_jets: int | None) -> Jets:
    """Jets with two classes, background first, checked, the leading ``constituents`` of each.

    Raises:
        BadInput: unreadable, unphysical, or not two classes with jets in each.
    """
    jets = read_jets(path, max_jets=max_jets, constituents=constituents)
    check_constituents(jets.constituents, source=str(path))
    if len(jets.classes) != 2 or set(np.unique(jets.label)) != {0, 1}:
        counts = dict(zip(*np.unique(jets.label, return_counts=True), strict=True))
        raise BadInput(
            f"{path} has the classes {list(jets.classes)} with {counts} jets; a tagger is judged on two "
            "classes, background first, with jets of both."
        )
    return jets


def bare_events(path: Path, constituents: int) -> NDArray[np.float32]:
    """Events of ``fpgajet csim --events``: a jet file, or a NumPy array [jets, N, 4] in GeV.

    Raises:
        BadInput: unreadable, unphysical, of a wrong shape, or with more constituents than the model takes.
    """
    if path.suffix == ".npy":
        try:
            events = np.load(path, allow_pickle=False)
        except FileNotFoundError as error:
            raise BadInput(f"{path} does not exist.") from error
        except (OSError, ValueError, EOFError) as error:
            raise BadInput(f"{path} is not a complete NumPy array file ({error}).") from error
        if events.ndim != 3 or events.shape[2] != 4 or not np.issubdtype(events.dtype, np.floating):
            raise BadInput(
                f"{path} holds {events.dtype} {list(events.shape)}; events are floating point "
                "[jets, constituents, 4] with E, px, py, pz in GeV."
            )
        if events.shape[1] > constituents:
            raise BadInput(
                f"{path} has {events.shape[1]} constituents a jet, more than the {constituents} the model "
                "takes: keep the leading ones in pT."
            )
        events = np.pad(events, ((0, 0), (0, constituents - events.shape[1]), (0, 0)))
    else:
        events = read_jets(path, constituents=constituents).constituents
    if len(events) == 0:
        raise BadInput(f"{path} holds no events.")
    check_constituents(events, source=str(path))
    return np.ascontiguousarray(events, dtype=np.float32)
