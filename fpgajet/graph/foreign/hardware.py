"""An imported network with an input and names that hardware can have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from fpgajet.graph.export import GRAPH_INPUT
from fpgajet.graph.foreign.graph import ForeignGraph
from fpgajet.graph.foreign.imported import Imported
from fpgajet.graph.foreign.to_network import to_network
from fpgajet.ops.network import Network, Node

#: Axes of an event: constituents and their features.
EVENT_AXES = 2


@dataclass(frozen=True)
class ForeignNetwork:
    """A network that can be built, and how it belongs to its file.

    Attributes:
        network: takes [constituents, features]; an event that is one list of features is one constituent.
        tensors: tensor of the file by stage.
        event_shape: an event in the file, without the batch axis.
        batch: events that the file takes together; 0: any number.
        quantise: the file leaves its input unquantised, so that only values of the input type compare.
    """

    network: Network
    tensors: Mapping[str, str]
    event_shape: tuple[int, ...]
    batch: int
    quantise: bool
    imported: Imported


def foreign_network(graph: ForeignGraph, given: FixedType | None = None) -> ForeignNetwork:
    """The network of a foreign graph, ready for every flow.

    Args:
        given: precision of the input where the file does not quantise it.

    Raises:
        BadInput: see :func:`fpgajet.graph.foreign.to_network.to_network`; also an input that is neither a list of
            features nor a list of constituents, or one without a batch axis.
    """
    shape = graph.input_shape
    if graph.batch is None or not 1 <= len(shape) <= EVENT_AXES:
        raise BadInput(
            f"{graph.source}: an event has the shape {list(shape)}; a build takes a batch of events with the shape "
            "[features] or [constituents, features]."
        )
    imported = to_network(graph, given)
    before = imported.network
    if given is not None and not any(note.startswith("the input ") for note in imported.notes):
        raise BadInput(f"{graph.source} quantises its input itself; leave out --input-precision.")
    names = _plain_names([before.input_name, *(node.name for node in before.nodes)])
    nodes = tuple(
        Node(names[n.name], n.operator, tuple(names[i] for i in n.inputs), n.tensors) for n in before.nodes
    )
    network = replace(
        before,
        name=_plain(before.name),
        input_name=names[before.input_name],
        input_shape=(1, *shape) if len(shape) == 1 else shape,
        nodes=nodes,
    )
    tensors = {names[node.name]: node.name for node in before.nodes}
    quantise = before.input_name == graph.input
    return ForeignNetwork(network, tensors, shape, graph.batch, quantise, imported)


def _plain_names(names: list[str]) -> dict[str, str]:
    """Names of letters, digits and underscores, all different."""
    found: dict[str, str] = {}
    taken = {GRAPH_INPUT}
    for name in names:
        plain = base = _plain(name)
        number = 1
        while plain.lower() in taken:
            number += 1
            plain = f"{base}_{number}"
        taken.add(plain.lower())
        found[name] = plain
    return found


def _plain(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    return plain if plain[:1].isalpha() else f"t_{plain}"
