"""Coordinate descent over discrete choices: how binary points are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

S = TypeVar("S")

#: from a state to its neighbour, or to None where there is no such neighbour
Move = Callable[[S], S | None]


def coordinate_descent(
    start: S,
    coordinates: Callable[[S], Iterable[Sequence[Move[S]]]],
    cost: Callable[[S], float],
    sweeps: int,
) -> S:
    """Sweep over the coordinates and keep every move that lowers the cost.

    Moves add up within a sweep: each one starts from the best state so far. The search ends with the first sweep
    in which nothing helps, or after ``sweeps`` sweeps. It is deterministic, and the result never costs more than
    ``start``.

    Args:
        start: where the search begins.
        coordinates: for the state at the beginning of a sweep, the moves along each coordinate, in the order in
            which they are tried. The first move along a coordinate that helps is kept, the others are skipped.
        cost: what to minimise.
        sweeps: the most sweeps; 0 returns ``start``.
    """
    state, best = start, cost(start)
    for _ in range(sweeps):
        before = best
        for moves in coordinates(state):
            for move in moves:
                candidate = move(state)
                if candidate is not None and (value := cost(candidate)) < best:
                    state, best = candidate, value
                    break
        if best == before:
            break
    return state
