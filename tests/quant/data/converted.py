"""A conversion that is held to its promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quant.data import Jets, read_jets, validate
from quant.data.conversion.convert import convert
from quant.data.conversion.options import ConversionOptions, ConversionSummary


def converted(source: Path, **options: Any) -> tuple[ConversionSummary, Jets]:
    """Convert beside the source, and hold the result to its promise."""
    out = source.with_name("out.h5")
    summary = convert([source], out, ConversionOptions(**options))
    assert validate(out).problems == []
    return summary, read_jets(out)
