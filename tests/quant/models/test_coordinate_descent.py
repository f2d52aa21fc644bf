"""Coordinate descent: never worse than the start, ends where no move helps, tries moves in the order given."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant.models.coordinate_descent import Move, coordinate_descent

Point = tuple[int, ...]
LOWEST, HIGHEST = -6, 6


def moved(axis: int, step: int, point: Point) -> Point | None:
    changed = (*point[:axis], point[axis] + step, *point[axis + 1 :])
    return changed if LOWEST <= changed[axis] <= HIGHEST else None


def steps(point: Point) -> list[list[Move[Point]]]:
    return [[partial(moved, axis, step) for step in (-1, 1)] for axis in range(len(point))]


@given(st.lists(st.integers(LOWEST, HIGHEST), min_size=1, max_size=4), st.integers(0, 20), st.randoms())
def test_the_end_costs_no_more_than_the_start_and_no_move_helps(
    start: list[int], sweeps: int, random
) -> None:  # type: ignore[no-untyped-def]
    table: dict[Point, float] = {}

    def cost(point: Point) -> float:
        return table.setdefault(point, random.random())

    first = tuple(start)
    end = coordinate_descent(first, steps, cost, sweeps)
    assert cost(end) <= cost(first)
    if sweeps == 0:
        assert end == first
    if sweeps == 20:  # more than any of these searches needs
        neighbours = (move(end) for moves in steps(end) for move in moves)
        assert all(cost(point) >= cost(end) for point in neighbours if point is not None)


@given(st.tuples(*[st.integers(LOWEST, HIGHEST)] * 3), st.tuples(*[st.integers(LOWEST, HIGHEST)] * 3))
def test_a_separable_minimum_is_found(start: Point, minimum: Point) -> None:
    found = coordinate_descent(start, steps, lambda p: sum(abs(a - b) for a, b in zip(p, minimum)), 12)  # noqa: B905
    assert found == minimum


@pytest.mark.parametrize("sweeps", [1, 2])
def test_moves_are_tried_in_order_and_one_along_each_coordinate_is_kept(sweeps: int) -> None:
    asked: list[Point] = []

    def cost(point: Point) -> float:
        asked.append(point)
        return -abs(point[0]) - point[1]

    end = coordinate_descent((0, 0), steps, cost, sweeps)
    assert end == (-sweeps, sweeps)
    first = [(0, 0), (-1, 0), (-1, -1), (-1, 1)]
    assert asked == first + [(-2, 1), (-2, 0), (-2, 2)] * (sweeps - 1)


def test_coordinates_are_asked_for_once_per_sweep() -> None:
    seen: list[Point] = []

    def coordinates(point: Point) -> list[list[Move[Point]]]:
        seen.append(point)
        return steps(point)

    coordinate_descent((3, 3), coordinates, lambda p: abs(p[0]) + abs(p[1]), 10)
    assert seen == [(3, 3), (2, 2), (1, 1), (0, 0)]
