"""Networks of the objects of an event: ``event-gnn`` and ``event-gat``. See docs/events.md."""

from __future__ import annotations

from quant.models.events.gat import EventGatFamily
from quant.models.events.gnn import EventGnnFamily

__all__ = ["EventGatFamily", "EventGnnFamily"]
