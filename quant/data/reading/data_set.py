"""Reading a data set of jets: one file, or a directory of files ("shards"), whole or in pieces."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Sequence
from pathlib import Path

from fpgajet.errors import BadInput
from quant.data.jets import MOST_CONSTITUENTS, Feature, Jets, concatenate
from quant.data.reading.boundary import require_plausible_size
from quant.data.reading.jet_file import JetFile

# One piece in memory: a million constituents, 16 MB, and a few times that for what is computed from it.
CONSTITUENTS_AT_A_TIME = 1_000_000
#: Bytes that a file read whole may claim without holding them.
UNWRITTEN_BYTES_IN_MEMORY = 1 << 28
BYTES_PER_CONSTITUENT = 16


def read_jets(
    path: Path | str,
    *,
    max_jets: int | None = None,
    constituents: int | None = None,
    objects: bool | None = False,
    features: Sequence[str] | None = (),
) -> Jets:
    """Read a jet file, or a directory of shards, into memory.

    Args:
        path: file of the format in :mod:`quant.data.jets`, or a directory of ``*.h5`` shards.
        max_jets: stop after this many jets (the generator mixes classes, so the first are unbiased).
        constituents: keep this many leading slots; more than the file has are zero-padded.
        objects: whether these must be events of objects; None: whatever they are.
        features: of constituents, read behind their momenta; None: all that the file has.

    Raises:
        BadInput: see :class:`JetFile`; also shards that disagree on their classes, or no jets at all.
    """
    if max_jets is not None and max_jets < 1:
        raise BadInput(f"max_jets is {max_jets}, it must be at least 1.")
    if constituents is not None and not 1 <= constituents <= MOST_CONSTITUENTS:
        raise BadInput(
            f"constituents is {constituents}, it must be at least 1 and at most {MOST_CONSTITUENTS}."
        )
    if max_jets is None:
        for shard in shard_paths(Path(path)):
            with JetFile(shard) as file:
                declared = len(file) * (constituents or file.slots) * BYTES_PER_CONSTITUENT
                slack = UNWRITTEN_BYTES_IN_MEMORY
                require_plausible_size(shard, declared, file.stored_bytes, "constituents", slack=slack)
    pieces = []
    wanted = max_jets
    for piece in iter_jets(path, constituents=constituents, objects=objects, features=features):
        pieces.append(piece if wanted is None else piece[:wanted])
        if wanted is not None:
            wanted -= len(pieces[-1])
            if wanted == 0:
                break
    if not pieces:
        raise BadInput(f"{path} holds no jets.")
    return concatenate(pieces)


def iter_jets(
    path: Path | str,
    *,
    chunk: int | None = None,
    constituents: int | None = None,
    objects: bool | None = None,
    features: Sequence[str] | None = (),
) -> Iterator[Jets]:
    """Yield the jets of a file or directory of shards in pieces of at most ``chunk`` rows.

    ``objects``, ``features``: as :func:`read_jets` takes them. By default a piece holds about
    :data:`CONSTITUENTS_AT_A_TIME` constituents, whatever the file's size.
    """
    classes: tuple[str, ...] | None = None
    known: tuple[Feature, ...] | None = None
    for shard in shard_paths(Path(path)):
        with JetFile(shard) as file:
            if objects is not None:
                require_kind(shard, file.objects, objects)
            if classes is not None and file.classes != classes:
                raise BadInput(
                    f"{shard} has the classes {list(file.classes)}, the shards before it {list(classes)}: "
                    "keep one data set in one directory."
                )
            classes = file.classes
            if features is None and known not in (None, file.features):
                raise BadInput(
                    f"{shard} has other features of constituents than the shards before it: keep one data set in one "
                    "directory."
                )
            known = file.features
            slots = file.slots if constituents is None else constituents
            rows = max(1, CONSTITUENTS_AT_A_TIME // slots) if chunk is None else chunk
            for start in range(0, len(file), rows):
                yield file.read(start, start + rows, slots, features)


def require_kind(path: Path, objects: bool, wanted: bool) -> None:
    """Raise BadInput unless jets, or events of objects, are what is wanted."""
    if objects and not wanted:
        raise BadInput(
            f"{path} holds events of objects, and jets are wanted here: give jets, or a model of events "
            "(docs/events.md)."
        )
    if wanted and not objects:
        raise BadInput(
            f"{path} holds jets, and the model reads events of objects: make such with "
            "`fpgajet data generate --preset events` (docs/events.md)."
        )


def shard_paths(path: Path) -> list[Path]:
    """The files of a data set: ``path`` itself, or the ``*.h5`` in it by name."""
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for names that no file can have
        return [path]
    shards = sorted(path.glob("*.h5"))
    if not shards:
        raise BadInput(f"{path} is a directory without any .h5 jet file.")
    return shards
