"""Features of constituents in foreign files: which ones the user names, and where they are."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.jets import RANGES, Feature

#: a name that an input form of a network takes
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
#: formats whose features can be read
FORMATS = ("numpy", "energyflow", "pelican", "hls4ml", "parquet")


@dataclass(frozen=True)
class WantedFeature:
    """A feature to be written, and the name of the array or column of the source that holds it."""

    feature: Feature
    source: str


def wanted_features(texts: Sequence[str]) -> tuple[WantedFeature, ...]:
    """From texts ``name=source`` or ``name=source:low:high``, with the range of the values.

    Raises:
        BadInput: another form, a name twice, or no range of a feature whose range is not known.
    """
    found = tuple(_wanted(text) for text in texts)
    names = [wanted.feature.name for wanted in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadInput(f"--features names {twice} twice.")
    return found


def _wanted(text: str) -> WantedFeature:
    name, equals, rest = text.partition("=")
    source, *ends = rest.split(":")
    if not (equals and source and _NAME.fullmatch(name) and len(ends) in (0, 2)):
        raise BadInput(
            f"--features {text!r} is not of the form name=source or name=source:low:high, for example "
            "charge=part_charge,d0=part_d0:-20:20, where the source is an array or a column of the file; names have "
            "small letters, digits and _."
        )
    if not ends and name not in RANGES:
        raise BadInput(
            f"the range of the feature {name} is not known: give it, as in --features {name}={source}:-20:20. Those of "
            f"{', '.join(RANGES)} are."
        )
    try:
        low, high = map(float, ends) if ends else RANGES[name]
    except ValueError:
        low, high = math.nan, math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise BadInput(f"--features {text!r}: the range is two finite numbers, the lower one first.")
    return WantedFeature(Feature(name, low, high), source)


def require_values(path: Path, source: str, shape: tuple[int, ...], kind: str, wanted: Sequence[int]) -> None:
    """Refuse an array that is not one number per constituent.

    Raises:
        BadInput: another shape than ``wanted``, or no numbers.
    """
    if tuple(shape) != tuple(wanted) or kind not in "biuf":
        raise BadInput(
            f"{path}: the feature {source} must be numbers of shape {list(wanted)}, one for each slot of the momenta; "
            f"it has shape {list(shape)} and the type kind {kind!r}."
        )


def side_by_side(columns: Sequence[NDArray[Any]]) -> NDArray[np.float32] | None:
    """Arrays [n, slots] as [n, slots, features] in the precision that is stored; None for none."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.stack([np.asarray(x, dtype=np.float32) for x in columns], axis=-1) if columns else None
