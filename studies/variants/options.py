"""Networks without one of the choices that a trained nanoPELICAN makes, to see in hardware what the choice saves.

Each variant takes weights, types and wiring of a trained network and undoes, or replaces, one thing. Its scores mean
nothing; its Verilog is compared with its own reference.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding, from_real
from fpgajet.ops import ConstituentMask, LinEq2to2, LinEq2to2Rows, RowSums
from fpgajet.ops.forms import WantedDots
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor
from quant.models.npelican.description import NPelicanDescription
from studies.variants.networks import zoo_checkpoint
from studies.variants.operators import BatchNorm, OrderedDots, Rows, WeightsFromInput


def _changed(network: Network, **nodes: Node | tuple[Node, ...]) -> tuple[Node, ...]:
    """Nodes of a network, some replaced by one or several."""
    made: list[Node] = []
    for node in network.nodes:
        given = nodes.get(node.name, node)
        made += given if isinstance(given, tuple) else (given,)
    return tuple(made)


def _named(network: Network) -> dict[str, Node]:
    return {node.name: node for node in network.nodes}


def _rows_of(network: Network, name: str, start: int, rows: int) -> Node:
    return Node(name, Rows(network.input_type, start, rows), (network.input_name,))


def ordered_pairs(network: Network) -> Network:
    """d_ij for all i and j instead of i <= j: the second momenta come from further rows of the input."""
    old, n = _named(network), network.input_shape[0]
    dots = old["dots"].operator
    mask = (_rows_of(network, "first", 0, n), replace(old["mask"], inputs=("first",)))
    made = OrderedDots(**{f: getattr(dots, f) for f in ("output", "constituents", "beams")})
    again = (_rows_of(network, "second", n, n), Node("dots", made, ("first", "second")))
    return replace(network, input_shape=(2 * n, 4), nodes=_changed(network, mask=mask, dots=again))


def with_batch_norms(network: Network) -> Network:
    """Both batch normalisations as arithmetic on every pair instead of in weights and tables over n."""
    old, m = _named(network), network.shapes()["dots"][0]
    pairs = old["pairs"]
    channels = pairs.operator.output_shape((m, m), (m,))[-1]

    def norm(name: str, source: str, channels: int) -> Node:
        precision = old[source].operator.output
        wider = replace(precision, signed=True, bits=precision.bits + 1)
        return Node(name, BatchNorm(wider, m, channels), (source, "mask"))

    tables = {k: _constant_rows(t) if "bias" in k else t for k, t in pairs.tensors.items()}
    score = old["score"]
    flat = {k: _constant_rows(t) if "bias" in k else t for k, t in score.tensors.items()}
    nodes = _changed(
        network,
        pairs=(
            norm("first_norm", "dots", 0),
            replace(pairs, inputs=("first_norm", "mask"), tensors=tables),
            norm("second_norm", "pairs", channels),
        ),
        score=replace(score, inputs=("second_norm", "mask"), tensors=flat),
    )
    return replace(network, nodes=nodes)


def _constant_rows(table: Tensor) -> Tensor:
    """A table over n without n."""
    raw = table.values.raw
    return Tensor(FixedArray(np.repeat(raw[-1:], len(raw), 0), table.values.fraction), table.type)


def with_row_sums(network: Network) -> Network:
    """S_i = p_i . J instead of sums of d_ij."""
    old = _named(network)
    pairs, n = old["pairs"], network.input_shape[0]
    assert isinstance(pairs.operator, LinEq2to2)
    rows = RowSums(pairs.operator.row_sum, n, 0, pairs.operator.row_exponent)
    mix = LinEq2to2Rows(**vars(pairs.operator))
    made = (
        Node("rows", rows, (network.input_name,)),
        Node("pairs", mix, ("dots", "mask", "rows"), pairs.tensors),
    )
    return replace(network, nodes=_changed(network, pairs=made))


def weights_from_input(network: Network) -> Network:
    """The weights of the pairs in rows of the input behind the constituents."""
    old, n = _named(network), network.input_shape[0]
    pairs = old["pairs"]
    precision = replace(pairs.tensors["weight"].type, rounding=Rounding.FLOOR, overflow=Overflow.WRAP)
    assert isinstance(pairs.operator, LinEq2to2)
    rows = pairs.operator.hidden * 6 // 4
    mix = WeightsFromInput(**vars(pairs.operator), weight=precision)
    made: dict[str, Node | tuple[Node, ...]] = {
        "mask": (_rows_of(network, "first", 0, n), replace(old["mask"], inputs=("first",))),
        "dots": replace(old["dots"], inputs=("first",)),
        "pairs": (
            _rows_of(network, "weights", n, rows),
            Node("pairs", mix, ("dots", "mask", "weights"), pairs.tensors),
        ),
    }
    return replace(network, input_shape=(n + rows, 4), nodes=_changed(network, **made))


def with_form_of(network: Network, other: str) -> Network:
    """The same pairs and score behind the input form of another zoo entry, d in the same type."""
    model, n = zoo_checkpoint(other).config.model, network.input_shape[0]
    assert isinstance(model, NPelicanDescription)
    types = replace(model.fixed_types, dots=_named(network)["dots"].operator.output)
    dots = model.form.dots(WantedDots(types.dots, n, 0, types.address, types.table))
    tensors = {name: _quantised(values, dots.types[name]) for name, values in dots.tables.items()}
    form, bit = model.form, _named(network)["mask"].operator.output
    assert form.input_type is not None
    source = (network.input_name,)
    nodes = _changed(
        network,
        mask=Node("mask", ConstituentMask(bit, n, 0), source),
        dots=Node("dots", dots.operator, source, tensors),
    )
    return replace(network, input_shape=(n, form.columns), input_type=form.input_type, form=form, nodes=nodes)


def _quantised(values: NDArray[np.float64], precision: FixedType) -> Tensor:
    return Tensor(FixedArray.of_type(from_real(values, precision), precision), precision)
