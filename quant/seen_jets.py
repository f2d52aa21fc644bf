"""Which jets a model was trained or selected on, and whether other jets are among them.

A checkpoint made by ``fpgajet train`` holds ``seen-jets.npy``, the sorted hashes of its training and validation jets;
``model.json`` has the number of jets and the file's SHA-256. Older checkpoints have neither: then nobody can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.files import atomic_path, sha256
from quant.checkpoint import Checkpoint
from quant.data.checking.identity import Identity
from quant.overlap import Overlap

SEEN = "seen-jets.npy"


def write_seen(
    folder: Path, learnt_from: Sequence[Identity], *sources: Checkpoint | None
) -> dict[str, Any] | None:
    """Write ``seen-jets.npy`` and return what ``model.json`` says of it; None if the jets cannot be recognised.

    Args:
        folder: of the checkpoint, made if need be. learnt_from: training and validation jets.
        sources: checkpoints that training started from or learnt from, whose jets count too.

    Raises:
        CannotWrite: the directory cannot be written. BadInput: a source's ``seen-jets.npy`` is damaged.
    """
    before = [seen_by(source) for source in sources if source is not None]
    known = [hashes for hashes in before if hashes is not None]
    if len(known) < len(before) or any(one.altered for one in learnt_from):
        return None
    hashes = np.unique(np.concatenate([*known, *(one.hashes for one in learnt_from)]))
    with atomic_path(folder / SEEN) as temporary, temporary.open("wb") as stream:
        np.save(stream, hashes, allow_pickle=False)
    return {"jets": len(hashes), "sha256": sha256(folder / SEEN)}


def overlap_of(checkpoint: Checkpoint, jets: Identity) -> Overlap:
    """Whether a checkpoint has seen jets.

    Raises:
        BadInput: ``seen-jets.npy`` is damaged or belongs to another model.
    """
    known = seen_by(checkpoint)
    if known is None:
        listed = checkpoint.config.seen_jets is not None
        reason = (
            f"{SEEN} is missing beside its model.json" if listed else "it does not list its training jets"
        )
        return Overlap("unknown", len(jets), None, reason)
    seen = jets.overlap(known)
    if seen:
        return Overlap("seen", len(jets), seen)
    if jets.altered:
        return Overlap("unknown", len(jets), None, jets.altered)
    return Overlap("held-out", len(jets), 0)


def seen_by(checkpoint: Checkpoint) -> NDArray[np.uint64] | None:
    """Sorted hashes of the jets that a model was trained and selected on; None if that is not known.

    Raises:
        BadInput: ``seen-jets.npy`` is damaged or belongs to another model.
    """
    path, facts = checkpoint.path / SEEN, checkpoint.config.seen_jets
    if facts is None or not path.is_file():
        return None
    if sha256(path) != facts.sha256:
        raise BadInput(f"{path} is truncated or belongs to another model: copy the whole checkpoint again.")
    hashes: NDArray[np.uint64] = np.load(path, allow_pickle=False)
    return hashes
