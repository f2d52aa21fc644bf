"""Bring public formats into fpgajet's jet file, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.files import sha256
from quant.data.conversion.cleaning import Cleaner
from quant.data.conversion.detection import open_source
from quant.data.conversion.options import ConversionOptions, ConversionSummary
from quant.data.conversion.source import Source
from quant.data.reading.boundary import require_regular_file
from quant.data.writing.jet_writer import JetWriter

ROWS_AT_A_TIME = 5_000
CONSTITUENTS_AT_A_TIME = 1_000_000


def convert(
    sources: Sequence[Path],
    out: Path,
    options: ConversionOptions,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> ConversionSummary:
    """Convert ``sources`` (of equal classes), one after the other, into the file ``out``.

    Args:
        progress: called with (rows read, rows in all).

    Raises:
        BadInput: unknown or damaged format, unphysical jets (named by row), classes that differ.
        MissingTool: a package for this format is not installed.
        CannotWrite: ``out`` cannot be written.
    """
    for path in sources:
        require_regular_file(path)
    if any(out.exists() and path.samefile(out) for path in sources):
        raise BadInput(f"{out} is one of the files to convert: choose another --out.")
    opened = [open_source(path, options) for path in sources]
    classes = opened[0][1].classes
    for path, (_, source) in zip(sources, opened, strict=True):
        if source.classes != classes:
            raise BadInput(f"{path} has the classes {list(source.classes)}, {sources[0]} {list(classes)}.")

    summary = ConversionSummary(tuple(dict.fromkeys(name for name, _ in opened)), classes)
    summary.notes += dict.fromkeys(source.note for _, source in opened if source.note)
    slots = slots_needed([source for _, source in opened], options.constituents)
    facts = {
        "source": "fpgajet data convert",
        "formats": list(summary.formats),
        "files": [{"name": path.name, "sha256": sha256(path)} for path in sources],
        "options": asdict(options),
        "jet": "sum of all constituents in the source",
        "notes": summary.notes,
    }
    total = sum(source.jets for _, source in opened)
    cleaner = Cleaner(options, slots, summary)
    done = 0
    features = [wanted.feature for wanted in options.features]
    with JetWriter(out, classes=classes, constituents=slots, provenance=facts, features=features) as writer:
        for path, (_, source) in zip(sources, opened, strict=True):
            first = 0
            width = options.constituents if source.slots is None else source.slots
            for raw in source.pieces(max(1, min(ROWS_AT_A_TIME, CONSTITUENTS_AT_A_TIME // width))):
                jets = cleaner.clean(raw, path, first)
                if len(jets):
                    writer.append(jets)
                first += len(raw.label)
                done += len(raw.label)
                progress(done, total)
        summary.jets = writer.written
        if summary.jets == 0:
            raise BadInput(f"{', '.join(str(path) for path in sources)}: no jet to write.")
    return summary


def slots_needed(sources: Sequence[Source], wanted: int) -> int:
    """No more slots than any source has: a full row of a source that was cut must stay a full row."""
    widths = [source.slots for source in sources]
    known = [width for width in widths if width is not None]
    return wanted if len(known) < len(widths) else max(1, min(wanted, max(known)))
