"""Labels of jets as numbers of the classes that a model tells apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.jets import Jets


def class_numbers(jets: Jets, wanted: Sequence[str], source: object) -> NDArray[np.int64]:
    """Label of each jet, [jets], as a number of the ``wanted`` classes; names say which is which, not their order.

    Args:
        source: where the jets come from, for messages.

    Raises:
        BadInput: the jets have other classes, or none of one class.
    """
    if set(jets.classes) != set(wanted):
        raise BadInput(
            f"{source} has jets of the classes {list(jets.classes)}, and the model tells {list(wanted)} apart: give "
            "jets of these classes, as `fpgajet data generate --classes` makes them."
        )
    number = np.array([list(wanted).index(name) for name in jets.classes])[jets.label]
    missing = [name for k, name in enumerate(wanted) if not (number == k).any()]
    if missing:
        raise BadInput(f"{source} has no jets of the class {missing[0]}: give jets of all of {list(wanted)}.")
    return number
