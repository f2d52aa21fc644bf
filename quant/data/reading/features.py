"""The features of constituents that a jet file states, and those of them that are wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from quant.data.jets import FEATURES, Feature


def features_from_json(path: Path, given: Any) -> tuple[Feature, ...]:
    """From the attribute ``features``.

    Raises:
        BadInput: it is not a list of different names, each with a range of finite numbers.
    """
    found = [_feature(entry) for entry in given] if isinstance(given, list) else []
    known = [feature for feature in found if feature is not None]
    if not known or len(known) < len(found) or len({feature.name for feature in known}) < len(known):
        raise BadInput(
            f"{path}: the attribute {FEATURES} must be a JSON list of features with different names, each with its "
            f'range, for example [{{"name": "charge", "low": -1, "high": 1}}]; it is {given}.'
        )
    return tuple(known)


def _feature(entry: Any) -> Feature | None:
    if not isinstance(entry, dict) or set(entry) != {"name", "low", "high"}:
        return None
    name, low, high = entry["name"], entry["low"], entry["high"]
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (low, high))
    if not isinstance(name, str) or not name or not numbers:
        return None
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        return None
    return Feature(name, float(low), float(high))


def wanted_columns(path: Path, known: Sequence[Feature], wanted: Sequence[str] | None) -> list[int]:
    """Columns of the features called ``wanted``, in that order; of all for None.

    Raises:
        BadInput: the file has not all of them.
    """
    names = [feature.name for feature in known]
    if wanted is None:
        return list(range(len(names)))
    missing = [name for name in wanted if name not in names]
    if missing:
        held = f"it has {', '.join(names)}" if names else "it has none"
        raise BadInput(
            f"{path} has no feature {', '.join(missing)} of constituents, which the model reads ({held}): "
            "`fpgajet data generate --features` writes charge, particle and more; docs/data.md says how to add others."
        )
    return [names.index(name) for name in wanted]
