"""Functions with a row for every kind of cell."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from fpgajet.rtl.ir.cell import Cell
from fpgajet.rtl.ir.cells import KINDS


def require_rows(
    function: Any, kinds: Collection[type[Cell]] = KINDS, without: Collection[type[Cell]] = ()
) -> None:
    """Check that a ``functools.singledispatch`` function knows every kind of cell.

    Args:
        without: kinds that need no row.

    Raises:
        TypeError: a kind has no row.
    """
    default: Callable[..., Any] = function.dispatch(object)
    missing = [k.__name__ for k in kinds if k not in without and function.dispatch(k) is default]
    if missing:
        raise TypeError(f"{function.__module__}.{function.__name__} has no row for {', '.join(missing)}")
