"""Every implementation of a network is declared once; certificate, physics table and report follow from that.

The declarations live where everything they need can be imported (``fpgajet.pipeline.implementations``); this
module knows only their form.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from fpgajet.verify.certificate import Implementation

#: What an implementation is made from: the files of one build.
Source = TypeVar("Source")


def _always(source: Any) -> bool:
    return True


def _reads_nothing(source: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Entry(Generic[Source]):
    """One implementation.

    Attributes:
        name: key in ``certificate.json`` and ``scores.npz``.
        title: name for people.
        make: makes it from a build; imports what it needs, so that a declaration costs nothing.
        flow: flow that writes what it runs: "hls" and "rtl" of a build, "routed" of `fpgajet rtl --target`; empty:
            every build has it.
        tools: programs and packages it needs, as ``fpgajet rtl --tools`` names them.
        files: what it reads in the build directory.
        fits: whether it can be made, in a sensible time, for this build.
        reads: what its outcome depends on beside model and checkpoint: hashes of files, versions of tools.
        shows: every stage of the network, or the score alone.
        certified: takes part in the certificate; false: it is too slow for all of its events.
        physics: key of its row in the physics table; empty: no row.
        curve: its ROC curve and the histogram of its scores are in the report too.
    """

    name: str
    title: str
    make: Callable[[Source], Implementation]
    flow: Literal["", "hls", "rtl", "routed"] = ""
    tools: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    fits: Callable[[Source], bool] = _always
    reads: Callable[[Source], dict[str, Any]] = _reads_nothing
    shows: Literal["stages", "score"] = "stages"
    certified: bool = True
    physics: str = ""
    curve: bool = False


class Registry(Generic[Source]):
    """The declared implementations, in the order of the certificate."""

    def __init__(self, *entries: Entry[Source]) -> None:
        self._entries: dict[str, Entry[Source]] = {}
        for entry in entries:
            self.register(entry)

    def register(self, entry: Entry[Source]) -> Entry[Source]:
        """Add an implementation, from any package above this one.

        Raises:
            ValueError: its name, or the key of its physics row, is taken.
        """
        taken = {e.physics for e in self if e.physics}
        if entry.name in self._entries or entry.physics in taken:
            raise ValueError(f"an implementation {entry.name!r} ({entry.physics!r}) is registered already")
        self._entries[entry.name] = entry
        return entry

    def __iter__(self) -> Iterator[Entry[Source]]:
        return iter(self._entries.values())

    def __getitem__(self, name: str) -> Entry[Source]:
        return self._entries[name]

    def certified(self, flows: Collection[str]) -> list[Entry[Source]]:
        """Those that a certificate compares when the build ran these flows."""
        return [e for e in self if e.certified and (not e.flow or e.flow in flows)]

    def physics(self) -> dict[str, Entry[Source]]:
        """Rows of the physics table: key of the row to implementation."""
        return {e.physics: e for e in self if e.physics}
