"""The simplest network of events."""

from __future__ import annotations

from fpgajet.ops import FlatConstituents
from fpgajet.ops.forms import Objects
from fpgajet.ops.network import Network, Node


def event_network(objects: int = 6) -> Network:
    """Its scores are the numbers of all objects."""
    form = Objects()
    kind = form.input_type
    assert kind is not None
    row = Node("row", FlatConstituents(kind, objects), ("x",))
    return Network("events", "x", (objects, form.columns), kind, (row,), form)
