"""One kind of thing that is wrong, with the rows that have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_ROWS_NAMED = 5


@dataclass(frozen=True)
class Problem:
    """One kind of unusable input.

    ``kind`` is a stable short name, ``rows`` are all jet rows that have it, ``text`` says what it is
    and what to do.
    """

    kind: str
    rows: NDArray[np.int64]
    text: str

    def __str__(self) -> str:
        return f"{self.text} ({name_rows(self.rows)})"


def name_rows(rows: NDArray[np.int64]) -> str:
    """``'rows 3, 17, 20'``, shortened after the first few."""
    shown = ", ".join(str(int(row)) for row in rows[:MAX_ROWS_NAMED])
    more = f" and {len(rows) - MAX_ROWS_NAMED} more" if len(rows) > MAX_ROWS_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}"
