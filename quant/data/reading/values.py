"""Numbers that must be whole and in range before they are stored in fewer bits: labels and multiplicities.

Casting would turn -1 into 255, 1.7 into 1 and 65,537 into 1 without a word.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.problems import MAX_ROWS_NAMED, name_rows


def whole_numbers(
    source: object, name: str, values: NDArray[Any], lowest: int, highest: int, *, first_row: int = 0
) -> NDArray[np.int64]:
    """``values`` [n] as int64, if each is a whole number from ``lowest`` to ``highest``.

    Args:
        source: the file, for the message; name: what the values are; first_row: row number of ``values[0]``.

    Raises:
        BadInput: no numbers at all, or NaN, fractions or numbers out of range, with their rows.
    """
    if values.dtype.kind not in "biuf":
        raise BadInput(f"{source}: {name} must be numbers, they are of type {values.dtype}.")
    with np.errstate(invalid="ignore"):
        good = (values >= lowest) & (values <= highest) & (np.floor(values.astype(np.float64)) == values)
    wrong = np.flatnonzero(~good)
    if len(wrong):
        shown = ", ".join(str(value) for value in values[wrong[:MAX_ROWS_NAMED]])
        raise BadInput(
            f"{source}: {name} must be whole numbers from {lowest} to {highest}, found {shown} in "
            f"{name_rows(wrong + first_row)}."
        )
    return values.astype(np.int64)
