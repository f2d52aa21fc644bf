"""What a regression is to find of each jet, in the units in which a network states it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.jets import Jets

#: by name: the column of ``parton``, and what one unit of the network's output is, a power of two. pT: in GeV.
TARGETS: dict[str, tuple[int, float]] = {"pt": (0, 256.0)}


def true_values(jets: Jets, name: str, source: object) -> NDArray[np.float64]:
    """The value of the particle of the hard process that each jet holds, [jets], in GeV; NaN where it holds none.

    Raises:
        BadInput: the jets lack ``parton``, or none of them holds a particle.
    """
    if jets.parton is None:
        raise BadInput(
            f"{source} does not say which particle each jet comes from (dataset parton), and a regression needs it: "
            "make jets with `fpgajet data generate`."
        )
    values = jets.parton[:, TARGETS[name][0]].astype(np.float64)
    if not (values > 0).any():
        raise BadInput(f"{source} has no jet that holds a whole top, W or Z: a regression needs some.")
    return np.where(values > 0, values, np.nan)


def wanted_outputs(jets: Jets, names: Sequence[str], source: object) -> NDArray[np.float64]:
    """:func:`true_values` of all ``names``, [jets, targets], in units of the outputs."""
    columns = [true_values(jets, name, source) / TARGETS[name][1] for name in names]
    return np.stack(columns, 1) if columns else np.zeros((len(jets), 0))
