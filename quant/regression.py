"""What a regression found of each jet beside what it was to find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant.data import Jets
from quant.data.targets import TARGETS, true_values
from quant.metrics.regression import bias_and_resolution


def regression_of(
    jets: Jets, outputs: NDArray[np.float64], names: Sequence[str], source: object
) -> dict[str, dict[str, Any]]:
    """``regression``: by value :func:`quant.metrics.regression.bias_and_resolution` of the last outputs; and those of
    the jet's own value, without a network, as ``jet_bias`` and ``jet_resolution``. Empty without a regression.

    Args:
        outputs: [jets, outputs]. names: of the last of them. source: of the jets, for messages.
    """
    found = {}
    for number, name in enumerate(names):
        (column, unit), true = TARGETS[name], true_values(jets, name, source)
        values = outputs[:, outputs.shape[1] - len(names) + number] * unit
        figures, of_jet = (bias_and_resolution(true, x) for x in (values, jets.jet[:, column]))
        found[name] = figures | {f"jet_{key}": of_jet[key] for key in ("bias", "resolution")}
    return {"regression": found} if found else {}
