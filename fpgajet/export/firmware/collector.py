"""Jets put together from the words of links, with or without the front end that works on every word as it comes."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import fpgajet
from fpgajet.export.firmware.core import Core
from fpgajet.export.firmware.front_end import resized
from fpgajet.export.firmware.interface import Interface
from fpgajet.export.firmware.words import words_of
from fpgajet.export.templates import render
from fpgajet.quoting import comment


@dataclass(frozen=True)
class Slot:
    """Bits of a jet, ``lsb`` .. ``lsb + width - 1`` of the tagger's bus, that come from one word.

    Attributes:
        place: of the word in its jet.
    """

    place: int
    lsb: int
    width: int

    @property
    def msb(self) -> int:
        """Highest bit on the bus."""
        return self.lsb + self.width - 1


#: Where a word may come from: the place of the first link's word in the same clock, and the link.
Source = tuple[int, int]


@dataclass(frozen=True)
class Collector:
    """What is known of a collector before it is written.

    In every clock, ``links`` words come in, of consecutive places in a jet; the first link's has the place ``place``.
    After the last place of a jet comes the first one of the next.

    Attributes:
        name: of the module.
        words: of a jet.
        step: places from a jet to the next, of which those from ``words`` on are padding.
        links: words per clock.
        slots: what words bring, in the order of the tagger's bus.
        ii: least number of clocks between the jets that it launches.
        ragged: jets may end before their last word; what is missing is 0 in the tagger's bus.
        front_cycles: of the front end that words go through, 0 without.
    """

    name: str
    words: int
    step: int
    links: int
    slots: tuple[Slot, ...]
    ii: int = 1
    ragged: bool = False
    front_cycles: int = 0

    @property
    def place_bits(self) -> int:
        """Width of ``place``, which may also stand behind a jet's last word."""
        return self.step.bit_length()

    @property
    def latency(self) -> int:
        """Clocks from the edge that takes the last word to the edge after which the jet is complete.

        Several words in a clock take one more in front of the front end: the jet's own word may be one of them.
        """
        return self.front_cycles + (self.links > 1 and self.front_cycles > 0)

    @property
    def states(self) -> list[int]:
        """Places that the first link's word can have."""
        return list(range(0, self.step, gcd(self.links, self.step)))

    @property
    def two_ranks(self) -> bool:
        """Whether words of the next jet come in before a jet is gone, so that they need registers of their own."""
        return self.step % self.links != 0 or self.ii > self.step // self.links

    def sources(self, place: int) -> list[Source]:
        """Where the word of a place comes from."""
        return [
            (state, link)
            for state in self.states
            for link in range(self.links)
            if (state + link) % self.step == place
        ]

    def last_sources(self, place: int) -> list[Source]:
        """Those of them in whose clock the same jet becomes complete."""
        return [
            (state, link)
            for state, link in self.sources(place)
            if state + link == place and state < self.words <= state + self.links
        ]


def collector_of(
    core: Core, interface: Interface, *, links: int = 1, aligned: bool = False, ragged: bool = False
) -> Collector:
    """The collector in front of a tagger.

    Args:
        links, aligned: see :class:`fpgajet.export.patterns.board.Packing`.
        ragged: see :class:`Collector`; on one link only.

    Raises:
        BadInput: a score does not fit an output word.
    """
    words = words_of(interface)
    slots = tuple(Slot(place, word.lsb, word.width) for place, word in enumerate(words))
    cycles = 0
    if core.front is not None:
        cycles, each = core.front.latency_cycles, len(core.front.score)
        width = sum(shape.width for shape in core.design.jet[:each])
        rows = len(core.design.jet) // each
        slots = tuple(Slot(len(words) - rows + k, k * width, width) for k in range(rows))
    step = -(-len(words) // links) * links if aligned else len(words)
    ii = 1 if ragged else core.design.ii  # who sends ragged jets, waits for the tagger
    return Collector(f"{core.name}_collector", len(words), step, links, slots, ii, ragged, cycles)


def write_collector(collector: Collector, core: Core, title: str) -> str:
    """Verilog of the module."""
    values: dict[str, object] = {"front": ""}
    if core.front is not None:
        found, wanted = core.front.score, core.design.jet[: len(core.front.score)]
        values = {
            "front": f"{core.name}_front_core",
            "front_out": sum(shape.width for shape in found),
            "front_bits": sum(shape.width for shape in wanted),
            "resized": lambda lane: resized(found, wanted, f"found_{lane}"),
        }
    return render(
        "firmware",
        "collector.v",
        c=collector,
        title=comment(title),
        version=fpgajet.__version__,
        place_bits=collector.place_bits,
        bits=core.bits_in,
        **values,
    )
