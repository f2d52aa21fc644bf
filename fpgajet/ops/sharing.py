"""Sharing over time: which columns of the pairs an operator with a shared block takes in which clock.

With an initiation interval of K clocks an operator over [rows, columns] has hardware for J = ceil(columns / K)
columns, and phase k takes the columns k J ... k J + J - 1 of all rows. A lane stays in its row, so sums over
the columns of a row need no multiplexers. The C++ (``firmware/``) follows the same rule.
"""

from __future__ import annotations

import math


def columns_at_once(columns: int, ii: int) -> int:
    """J: columns that are processed in one phase."""
    return math.ceil(columns / ii)


def phases(columns: int, ii: int) -> int:
    """Phases that are needed for all columns; at most ``ii``."""
    return math.ceil(columns / columns_at_once(columns, ii))
