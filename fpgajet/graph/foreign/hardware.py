"""An imported network with an input and names that hardware can have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, from_real, to_real
from fpgajet.graph.export import GRAPH_INPUT
from fpgajet.graph.foreign.execute import quantised_values
from fpgajet.graph.foreign.graph import ForeignGraph
from fpgajet.graph.foreign.imported import Imported, Origin
from fpgajet.graph.foreign.to_network import to_network
from fpgajet.ops.network import Network, Node


@dataclass(frozen=True)
class ForeignNetwork:
    """A network that can be built, and how it belongs to its file.

    Attributes:
        network: takes [constituents, features]; an event that is one list of features is one constituent.
        origins: by stage, what it is in the file; a stage inside a layer has none.
        event_shape: an event in the file, without the batch axis.
        batch: events that the file takes together; 0: any number.
        graph: the file, normalised. imported: how it was turned into the network.
    """

    network: Network
    origins: Mapping[str, Origin]
    event_shape: tuple[int, ...]
    batch: int
    graph: ForeignGraph
    imported: Imported

    @property
    def hidden(self) -> frozenset[str]:
        """Stages that no tensor of the file belongs to."""
        return frozenset(node.name for node in self.network.nodes) - self.origins.keys()

    def features(self, events: NDArray[Any]) -> NDArray[np.float32]:
        """Events of the file [events, ...] as the network takes them, behind the quantiser of the input.

        Where the input's scale is no power of two these are integers, times the least significant bit.
        """
        kind, node = self.network.input_type, self.imported.input_quantiser
        origin = self.origins[self.network.input_name]
        shape = self.network.input_shape
        flat = np.asarray(events, np.float64).reshape(len(events), -1)
        moved = np.empty_like(flat)
        moved[:, self.imported.order] = flat
        if node is None:
            flat = (moved.reshape(-1, shape[-1]) - origin.offset) / origin.unit
            return flat.reshape(len(events), *shape).astype(np.float32)
        if origin.plain():
            return moved.reshape(len(events), *shape).astype(np.float32)
        # As the quantiser sees them, which may stand behind a Reshape or Transpose.
        moved = (
            moved[:, origin.index.ravel()].reshape(len(events), *origin.index.shape[1:]).astype(np.float32)
        )
        parameters = [self.graph.tensors[name].value for name in node.inputs[1:]]
        found = quantised_values(node.op_type, node.attributes, [moved, *parameters])
        return origin.of_file(found, shape, kind.fraction).astype(np.float32)

    def events(self, features: NDArray[Any]) -> NDArray[np.float64]:
        """Features [events, N, F] as events of the file [events, ...] that its quantiser leaves as they are."""
        kind, origin = self.network.input_type, self.origins[self.network.input_name]
        values = features
        if self.imported.input_quantiser is None or not origin.plain():
            values = to_real(from_real(features, kind), kind.fraction)
        real = np.asarray(values, np.float64) * origin.unit + origin.offset
        flat = real.reshape(len(real), -1)[:, self.imported.order]
        return flat.reshape(len(real), *self.event_shape)


def foreign_network(graph: ForeignGraph, given: FixedType | None = None) -> ForeignNetwork:
    """The network of a foreign graph, ready for every flow.

    Args:
        given: precision of the input where the file does not quantise it.

    Raises:
        BadInput: see :func:`fpgajet.graph.foreign.to_network.to_network`; also an input without a batch axis.
    """
    if graph.batch is None:
        raise BadInput(
            f"{graph.source}: an event has the shape {list(graph.input_shape)} without a batch axis; a build takes a "
            "batch of events."
        )
    kind = graph.tensors[graph.input].value.dtype
    if kind != np.float32:
        raise BadInput(f"{graph.source}: its input is {kind}; a build takes files with an input of float32.")
    imported = to_network(graph, given)
    before = imported.network
    if given is not None and imported.input_quantiser is not None:
        raise BadInput(f"{graph.source} quantises its input itself; leave out --input-precision.")
    names = _plain_names([before.input_name, *(node.name for node in before.nodes)])
    nodes = tuple(
        Node(names[n.name], n.operator, tuple(names[i] for i in n.inputs), n.tensors) for n in before.nodes
    )
    network = replace(before, name=_plain(before.name), input_name=names[before.input_name], nodes=nodes)
    origins = {names[stage]: origin for stage, origin in imported.origins.items() if stage in names}
    return ForeignNetwork(network, origins, graph.input_shape, graph.batch, graph, imported)


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
