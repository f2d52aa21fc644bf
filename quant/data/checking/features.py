"""Features of constituents: finite, within the range that the file states, and zero in unused slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.checking.constituents import check_constituents
from quant.data.jets import Feature, Jets
from quant.data.problems import Problem


def feature_problems(jets: Jets, first_row: int = 0) -> list[Problem]:
    """Everything wrong with the features of these jets; ``first_row`` is added to the row numbers."""
    values = jets.constituents[..., jets.bare.shape[-1] :]
    return value_problems((jets.bare != 0).any(axis=-1), values, jets.features, first_row)


def value_problems(
    used: NDArray[np.bool_], columns: NDArray[np.floating], features: Sequence[Feature], first_row: int = 0
) -> list[Problem]:
    """The same of the values [n, N, features] of features, with the slots [n, N] that are used."""
    found: list[Problem] = []
    for number, feature in enumerate(features):
        values = columns[..., number]
        finite = np.isfinite(values)
        outside = finite & used & ((values < feature.low) | (values > feature.high))
        kinds = {
            "feature-not-finite": (~finite, f"NaN or infinity in the feature {feature.name}"),
            "feature-range": (
                outside,
                f"a value of {feature.name} is outside {feature.low:g} ... {feature.high:g}",
            ),
            "feature-padding": (~used & (values != 0), f"an empty slot has a value of {feature.name}"),
        }
        for kind, (wrong, text) in kinds.items():
            rows = np.flatnonzero(wrong.any(axis=1)) + first_row
            if len(rows):
                found.append(Problem(f"{kind}-{feature.name}", rows, text))
    return found


def check_jets(jets: Jets, *, source: str) -> None:
    """Refuse jets with unphysical momenta or impossible features.

    Raises:
        BadInput: see :func:`quant.data.checking.constituents.check_constituents`; a feature that is not finite, out of
            its range, or not zero in an unused slot.
    """
    check_constituents(jets.bare, source=source)
    check_features(jets, source=source)


def check_features(jets: Jets, *, source: str) -> None:
    """The same for features alone."""
    if problems := feature_problems(jets):
        raise BadInput(
            f"{source} cannot be used: {'; '.join(map(str, problems))}. `fpgajet data validate FILE` lists every row."
        )
