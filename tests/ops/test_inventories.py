"""Units that every operator counts and constants of its C++, against a golden list: what changes has to be seen.

Units are what the analytical estimate is made from. Sizes of constituents, channels and features differ from each
other, so that a count with the wrong one shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from fpgajet.estimate.blocks import blocks_of
from fpgajet.ops.inventory import Inventory, Units
from tests.foreign_networks import random_foreign
from tests.networks import (
    LOG,
    PUPPI,
    PUPPI_SUM,
    TRIGGER,
    random_features,
    random_network,
    rounded_terms,
    scaled,
    symmetric,
    with_jet,
    with_row_sums,
    without_soft_pairs,
)
from tests.vecnets import every_network, random_affine

GOLDEN = Path(__file__).parent.parent / "golden" / "inventories.txt"
#: Initiation intervals at which shared lanes are counted: nothing shared, part of the columns, one column.
INTERVALS = (1, 2, 3, 8)

NETWORKS = [
    ("momenta", random_network(5)),
    ("beams", random_network(4, beams=1)),
    ("trigger", random_network(5, form=TRIGGER)),
    ("log", random_network(6, form=LOG)),
    ("puppi", random_network(5, form=PUPPI)),
    ("candidates", random_network(5, form=PUPPI_SUM)),
    ("features", random_features(5)),
    ("scaled", scaled(random_network(5))),
    ("classes", random_network(4, outputs=3)),
    ("rows", with_row_sums(random_network(5))),
    ("rounded", rounded_terms(random_network(5))),
    ("rounded, symmetric", rounded_terms(symmetric(random_network(5), once=True))),
    ("fewer pairs", without_soft_pairs(random_network(6, form=LOG), 8)),
    ("jet", with_jet(random_network(5, beams=1))),
    ("foreign", random_foreign(5, 3)),
    ("affine", random_affine(5)),
    *every_network(),
]


def test_units_are_the_golden_ones() -> None:
    """After an intended change: FPGAJET_UPDATE_GOLDEN=1 pytest tests/ops/test_inventories.py, and read the diff."""
    text = "".join(f"{line}\n" for line in lines())
    if os.environ.get("FPGAJET_UPDATE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text.splitlines() == GOLDEN.read_text().splitlines()


def lines() -> Iterator[str]:
    for name, network in NETWORKS:
        yield f"{name}: {network.constituents} constituents"
        shapes, types, widths = network.shapes(), network.types(), network.widths()
        for node, block in zip(network.nodes, blocks_of(network), strict=True):
            yield f"  {block.name} ({block.op_type})"
            given = [shapes[name] for name in node.inputs]
            yield f"    C++ constants: {node.operator.hls_constants(*given)}"
            yield from (f"    {line}" for line in described(block.inventory))
            known = {f"input{k}": types[name] for k, name in enumerate(node.inputs)} | widths[node.name]
            known |= {name: tensor.type for name, tensor in node.tensors.items()}
            yield from (
                f"    any weights: {line}" for line in described(node.operator.inventory(given, known))
            )


def described(inventory: Inventory) -> Iterator[str]:
    """One line per kind of unit that the block has."""
    for field in fields(inventory):
        value = getattr(inventory, field.name)
        if field.name != "shared" and value:
            yield f"{field.name}: {', '.join(map(unit, value)) if isinstance(value, list) else value}"
    if (shared := inventory.shared) is not None:
        yield f"shared: {shared.columns} columns, {shared.read_bits} bits read"
        parts = ", ".join(f"{shared.share(ii):.4g}" for ii in INTERVALS)
        multiplexers = ", ".join(str(shared.multiplexer_luts(ii)) for ii in INTERVALS)
        last = ", ".join(str(shared.clocks_to_last_phase(ii)) for ii in INTERVALS)
        yield f"shared at II {', '.join(map(str, INTERVALS))}: {parts} built; {multiplexers} LUT; {last} clocks later"
        yield from (f"lanes: {line}" for line in described(shared.lanes))


def unit(units: Units) -> str:
    size = f"{units.bits} x {units.other_bits}" if units.other_bits else f"{units.bits}"
    return f"{units.count} of {size}" + ("" if units.digits is None else f" ({units.digits:.4g} digits)")
