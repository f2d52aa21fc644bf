"""Sums over pairs that need no pairs: an affine edge function and its mean become one O(N) operator.

And operators whose result nobody reads are left out: a VecNet without scalars has distances of pairs all the same.

Done only where nothing changes: the edge function has no ReLU, its result type holds every value without
rounding or overflow (so there is no rounding a pair that could differ), the graph is complete, and nobody else
looks at the pairs. Then the collapsed network gives the same mean bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fpgajet.fixed import FixedType
from fpgajet.ops.affine_mean import AffineMean
from fpgajet.ops.edge_dense import PairDense
from fpgajet.ops.graphs import CompleteGraph
from fpgajet.ops.means import NeighbourMean
from fpgajet.ops.network import Network, Node


def collapse(network: Network) -> Network:
    """The network with every affine edge function and its mean over a complete graph as one ``AffineMean``.

    The new node has the name of the mean; the stages of the edge function, and all that the score does not need,
    are gone. A network in which there is nothing to collapse or to leave out is returned as it is.
    """
    nodes = list(network.nodes)
    for mean in network.nodes:
        found = _affine_pair(network, mean)
        if found is not None:
            pairs, graph = found
            place = nodes.index(mean)
            nodes[place] = _joined(pairs, graph, mean)
            nodes.remove(pairs)
    kept = _read(nodes, network.output.name)
    return network if len(kept) == len(network.nodes) else replace(network, nodes=tuple(kept))


def _read(nodes: Sequence[Node], output: str) -> list[Node]:
    """Nodes that the output needs."""
    needed = {output}
    kept: list[Node] = []
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(node.inputs)
            kept.insert(0, node)
    return kept


def collapsed(network: Network) -> list[str]:
    """Names of the stages that stand for a sum over pairs: an ``AffineMean`` comes from nowhere else."""
    return [node.name for node in network.nodes if type(node.operator) is AffineMean]


def _affine_pair(network: Network, mean: Node) -> tuple[Node, Node] | None:
    """The edge function and the graph behind a mean, if together they can be collapsed."""
    if type(mean.operator) is not NeighbourMean:
        return None
    by_name = {node.name: node for node in network.nodes}
    pairs, graph = (by_name.get(name) for name in mean.inputs)
    if pairs is None or graph is None or type(graph.operator) is not CompleteGraph:
        return None
    if type(pairs.operator) is not PairDense or pairs.operator.relu:
        return None
    users = [node for node in network.nodes if pairs.name in node.inputs]
    exact = network.widths()[pairs.name]["accumulator"]
    if users != [mean] or not holds(pairs.operator.output, exact):
        return None
    return pairs, graph


def holds(precision: FixedType, exact: FixedType) -> bool:
    """Whether every value of ``exact`` is a value of ``precision``: nothing is rounded and nothing saturates."""
    shift = precision.fraction - exact.fraction
    return (
        shift >= 0
        and precision.lowest <= exact.lowest << shift
        and exact.highest << shift <= precision.highest
    )


def _joined(pairs: Node, graph: Node, mean: Node) -> Node:
    first, last = pairs.operator, mean.operator
    assert isinstance(first, PairDense)
    assert isinstance(last, NeighbourMean)
    assert isinstance(graph.operator, CompleteGraph)
    operator = AffineMean(
        output=last.output,
        slots=graph.operator.slots,
        features=first.features,
        width=first.width,
        exponent=last.exponent,
    )
    inputs = (pairs.inputs[0], graph.inputs[0])
    return Node(mean.name, operator, inputs, {**pairs.tensors, "reciprocal": mean.tensors["reciprocal"]})
