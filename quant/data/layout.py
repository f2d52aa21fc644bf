"""The one jet file layout of fpgajet (HDF5), its reader and its writer.

Datasets, one row a jet, chunked and compressed:

==================  =====================  ====================================================
``constituents``    float32 [jets, N, 4]   four-momenta (E, px, py, pz) in GeV, falling pT,
                                           unused slots exactly zero and last
``multiplicity``    int16 [jets]           constituents of the jet before truncation to N slots
``label``           uint8 [jets]           index into the attribute ``classes``
``jet``             float32 [jets, 4]      pT [GeV], eta, phi, mass [GeV] of the whole jet
==================  =====================  ====================================================

Root attributes: ``layout`` = "fpgajet-jets", ``layout_version`` = 1, ``units`` = "GeV", ``classes`` (JSON
list of names; for tagging, class 0 is background), ``provenance`` (JSON object).

A data set may also be a directory of such files ("shards"), read in the order of their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fpgajet.errors import BadInput
from quant.data.checks import check_constituents
from quant.data.jetreader import JetFile
from quant.data.jets import Jets, concatenate
from quant.data.jetwriter import JetWriter

__all__ = [
    "JetFile",
    "JetWriter",
    "Jets",
    "check_constituents",
    "concatenate",
    "iter_jets",
    "read_jets",
    "shard_paths",
    "write_jets",
]

# One piece in memory: a million constituents, 16 MB, and a few times that for what is computed from it.
CONSTITUENTS_AT_A_TIME = 1_000_000


def read_jets(path: Path | str, *, max_jets: int | None = None, constituents: int | None = None) -> Jets:
    """Read a jet file, or a directory of shards, into memory.

    Args:
        path: file of the layout above, or a directory of ``*.h5`` shards.
        max_jets: stop after this many jets (the generator mixes classes, so the first are unbiased).
        constituents: keep this many leading slots; more than the file has are zero-padded.

    Raises:
        BadInput: see :class:`JetFile`; also shards that disagree on their classes, or no jets at all.
    """
    if (max_jets is not None and max_jets < 1) or (constituents is not None and constituents < 1):
        raise BadInput(f"max_jets ({max_jets}) and constituents ({constituents}) must be at least 1.")
    pieces = []
    wanted = max_jets
    for piece in iter_jets(path, constituents=constituents):
        pieces.append(piece if wanted is None else piece[:wanted])
        if wanted is not None:
            wanted -= len(pieces[-1])
            if wanted == 0:
                break
    if not pieces:
        raise BadInput(f"{path} holds no jets.")
    return concatenate(pieces)


def iter_jets(
    path: Path | str, *, chunk: int | None = None, constituents: int | None = None
) -> Iterator[Jets]:
    """Yield the jets of a file or directory of shards in pieces of at most ``chunk`` rows.

    By default a piece holds about :data:`CONSTITUENTS_AT_A_TIME` constituents, whatever the file's size.
    """
    classes: tuple[str, ...] | None = None
    for shard in shard_paths(Path(path)):
        with JetFile(shard) as file:
            if classes is not None and file.classes != classes:
                raise BadInput(
                    f"{shard} has the classes {list(file.classes)}, the shards before it {list(classes)}: "
                    "keep one data set in one directory."
                )
            classes = file.classes
            slots = file.slots if constituents is None else constituents
            rows = chunk or max(1, CONSTITUENTS_AT_A_TIME // slots)
            for start in range(0, len(file), rows):
                yield file.read(start, start + rows, slots)


def shard_paths(path: Path) -> list[Path]:
    """The files of a data set: ``path`` itself, or the ``*.h5`` in it by name."""
    if not path.is_dir():
        return [path]
    shards = sorted(path.glob("*.h5"))
    if not shards:
        raise BadInput(f"{path} is a directory without any .h5 jet file.")
    return shards


def write_jets(path: Path | str, jets: Jets, *, compression: int = 4) -> None:
    """Write ``jets`` to ``path`` atomically. Raises CannotWrite, or BadInput for arrays of wrong shape."""
    slots = jets.constituents.shape[1] if jets.constituents.ndim == 3 else 0
    with JetWriter(
        path,
        classes=jets.classes,
        constituents=slots,
        provenance=jets.provenance,
        compression=compression,
    ) as writer:
        writer.append(jets)
