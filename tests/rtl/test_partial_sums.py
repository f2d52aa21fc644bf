"""Sums over shared hardware: partial sums by slot, and one tree of adders for all members of a group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.rtl.ir.builder import span
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Cell, Format, Kind, Netlist, Term, sum_cell
from fpgajet.rtl.passes.adders import adders
from fpgajet.rtl.share.cones import Cone
from fpgajet.rtl.share.grouping import Plan
from fpgajet.rtl.share.over_time import fold
from fpgajet.rtl.share.partial_sums import by_slot

WIDTH = 6
UNSIGNED = Format(False, WIDTH, 0)


def distances(count: int, sums: Sequence[Sequence[tuple[int, int, int]]]) -> Netlist:
    """``count`` cells |a_k - b_k| and sums of them, each a list of (k, shift, sign)."""
    cells = [Cell(Kind.INPUT, (), UNSIGNED, (n,)) for n in range(2 * count)]
    cells += [Cell(Kind.DISTANCE, (n, n + 1), UNSIGNED) for n in range(0, 2 * count, 2)]
    outputs = []
    for terms in sums:
        placed = [Term(2 * count + k, shift, sign) for k, shift, sign in terms]
        outputs.append(len(cells))
        cells.append(sum_cell(placed, (3, 1), *span(cells, placed, (3, 1))))
    return Netlist(tuple(cells), (UNSIGNED,) * (2 * count), tuple(outputs))


def plan_of(count: int, groups: Sequence[Sequence[int]]) -> Plan:
    """A plan in which some distances share hardware."""
    plan = Plan(max(map(len, groups)))
    return plan.with_groups([Cone((2 * count + k,), (2 * k, 2 * k + 1)) for k in group] for group in groups)


def raw(netlist: Netlist, jets: int = 200) -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.integers(0, 1 << WIDTH, (jets, len(netlist.inputs)))


def shared_sums(netlist: Netlist, plan: Plan) -> list[tuple[Cell, ...]]:
    cells = [tuple(netlist.cells[cone.cells[-1]] for cone in group) for group in plan.groups]
    return [members for members in cells if members[0].kind is Kind.SUM]


def test_a_sum_over_two_groups_becomes_a_shared_sum_and_one_of_two() -> None:
    whole = distances(4, [[(k, 0, 1) for k in range(4)]])
    split, plan = by_slot(whole, plan_of(4, [(0, 1), (2, 3)]))
    (members,) = shared_sums(split, plan)
    assert [set(member.args) for member in members] == [{8, 10}, {9, 11}]
    total = split.cells[split.outputs[0]]
    assert [split.cells[arg] for arg in total.args] == list(members)
    np.testing.assert_array_equal(evaluate(split, raw(whole)), evaluate(whole, raw(whole)))


def test_slots_may_add_to_different_sums() -> None:
    whole = distances(4, [[(0, 0, 1), (2, 1, -1)], [(1, 0, 1), (3, 1, -1)]])
    split, plan = by_slot(whole, plan_of(4, [(0, 1), (2, 3)]))
    (members,) = shared_sums(split, plan)
    assert members[0].format == members[1].format
    assert [len(split.cells[n].args) for n in split.outputs] == [1, 1]
    np.testing.assert_array_equal(evaluate(split, raw(whole)), evaluate(whole, raw(whole)))


@pytest.mark.parametrize(
    "sums",
    [
        [[(0, 0, 1), (2, 0, 1), (3, 0, 1)]],  # slot 1 of one group only
        [[(0, 0, 1), (1, 0, 1), (2, 0, 1), (3, 0, -1)]],  # one with another sign
        [[(0, 0, 1), (1, 0, 1), (2, 1, 1), (3, 0, 1)]],  # one with another weight
    ],
)
def test_what_does_not_fit_stays(sums: list[list[tuple[int, int, int]]]) -> None:
    whole = distances(4, sums)
    split, plan = by_slot(whole, plan_of(4, [(0, 1), (2, 3)]))
    assert not shared_sums(split, plan)
    np.testing.assert_array_equal(evaluate(split, raw(whole)), evaluate(whole, raw(whole)))


@settings(deadline=None, max_examples=60)
@given(data=st.data(), ii=st.integers(2, 4), operands=st.sampled_from([2, 3]))
def test_no_bit_changes_and_members_have_one_tree(data: st.DataObject, ii: int, operands: int) -> None:
    count = data.draw(st.integers(2, 9))
    term = st.tuples(st.integers(0, count - 1), st.integers(0, 2), st.sampled_from([1, -1]))
    sums = data.draw(st.lists(st.lists(term, min_size=1, max_size=14), min_size=1, max_size=5))
    whole = distances(count, sums)
    made, folding = adders(*fold(whole, ii), operands, 3.0)
    np.testing.assert_array_equal(evaluate(made, raw(whole)), evaluate(whole, raw(whole)))
    for number, cell in enumerate(made.cells):
        first = made.cells[folding.leader[number]]
        assert (cell.kind, cell.format, cell.data) == (first.kind, first.format, first.data)
        for arg, other in zip(cell.args, first.args, strict=True):
            shared = (
                folding.leader[arg] == folding.leader[other] and folding.slot[arg] == folding.slot[number]
            )
            assert arg == other or shared or first.kind is Kind.COPY
        assert cell.kind is not Kind.SUM or len(cell.args) <= operands


@pytest.mark.parametrize("small", [0, 1, 2])
def test_shared_adders_are_wide_enough_for_every_member(small: int) -> None:
    """Where the signals of one member are known to be small, its adders must not be those of all."""
    whole = distances(12, [[(k, 0, 1) for k in range(4 * m, 4 * m + 4)] for m in range(3)])
    cells = list(whole.cells)
    for k in range(4 * small, 4 * small + 4):
        cells[24 + k] = cells[24 + k]._replace(bounds=(0, 1))
    for number in whole.outputs:
        cells[number] = cells[number]._replace(format=Format(False, 10, 1), bounds=None)
    whole = Netlist(tuple(cells), whole.inputs, whole.outputs)
    jets = raw(whole)
    jets[:, 8 * small : 8 * small + 8] &= 1
    made, folding = adders(*fold(whole, 3), 2, 3.0)
    assert len({folding.leader[number] for number in made.outputs}) == 1
    np.testing.assert_array_equal(evaluate(made, jets), evaluate(whole, jets))
