"""Networks of the objects of an event: ``event-gnn`` and what it shares with ``event-gat``. See docs/events.md."""

from __future__ import annotations

from quant.models.events.gnn import EventGnnFamily

__all__ = ["EventGnnFamily"]
