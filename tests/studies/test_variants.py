"""The networks of the table of options: each variant's circuit gives what the variant's reference says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from fpgajet.ops import LogDots
from fpgajet.ops.network import Network
from fpgajet.rtl import trace_network
from fpgajet.rtl.ir.cell import Cell, Format
from fpgajet.rtl.ir.evaluate import evaluate
from studies.rtl.cases import options
from studies.variants.networks import resized, zoo_network
from tests.rtl.conftest import raw_jets, wanted


@pytest.fixture(scope="module")
def network() -> Network:
    return resized(zoo_network("npelican-n16-c2"), 3)


def test_another_size_leaves_out_as_large_a_share_of_the_pairs() -> None:
    rounded = resized(zoo_network("npelican-n16-c2-rounded"), 32)
    (dots,) = (node.operator for node in rounded.nodes if isinstance(node.operator, LogDots))
    assert dots.pairs_below == 48


def whatever_it_reads(cell: Cell) -> Cell:
    """Kind, width and parameters of a cell."""
    return replace(cell.moved(defaultdict(int)), format=Format(False, cell.format.width, 0))


def test_every_option_has_another_circuit_and_the_right_scores(network: Network) -> None:
    names, cells = [], {}
    for name, variant, switches in options(network):
        raw = raw_jets(variant, 60)
        netlist = trace_network(variant, 320, switches)
        np.testing.assert_array_equal(evaluate(netlist, raw.reshape(len(raw), -1)), wanted(variant, raw))
        names.append(name)
        cells[name] = [whatever_it_reads(cell) for cell in netlist.cells]
    assert len(set(names)) == len(names) > 20
    assert cells["all"] == cells["rounding floor"]  # what the trained model has
    same = [name for name in names if cells[name] == cells["all"]]
    assert set(same) <= {"all", "rounding floor", "w2 and w3 differ"}
