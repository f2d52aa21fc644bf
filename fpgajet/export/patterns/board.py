"""Frames of a board's links, and jets in packets of frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices.links import entries

#: Flags of a frame, with the bits of the APx side band.
VALID, START, ORBIT, LAST = 1, 2, 4, 8
#: Frames of an event at 360 MHz with a time multiplex of 6 bunch crossings.
PACKET = 54
#: Frames that a buffer of the EMP framework holds, in whole packets.
MOST_FRAMES = 1024 // PACKET * PACKET


@dataclass(frozen=True)
class Channel:
    """Frames of a link: words uint64 [frames] and flags uint8 [frames]."""

    data: NDArray[np.uint64]
    flags: NDArray[np.uint8]

    @property
    def valid(self) -> NDArray[np.int64]:
        """Numbers of the frames that are valid."""
        return np.flatnonzero(self.flags & VALID)


@dataclass(frozen=True)
class Board:
    """Frames of all links of a board, by the number of the link; all have equally many."""

    name: str
    channels: Mapping[int, Channel]


@dataclass(frozen=True)
class Packing:
    """How jets lie in packets: from frame 0 on, a word per link and frame, links in order; the rest is padding.

    Attributes:
        words: of a jet.
        packet: frames.
        links: that bring the words together.
        aligned: every jet begins in a frame of its own, on the first link; else it follows the jet before it.
        ii: least number of frames between two jets that enter the tagger.
    """

    words: int
    packet: int = PACKET
    links: int = 1
    aligned: bool = False
    ii: int = 1

    @property
    def step(self) -> int:
        """Words from the beginning of a jet to that of the next."""
        return -(-self.words // self.links) * self.links if self.aligned else self.words

    @property
    def jets(self) -> int:
        """Jets in a packet: as many as it brings, and as the tagger takes before the next packet does."""
        most = min(self.packet * self.links // self.step, self.packet // self.ii)
        return next((n for n in range(most, 0, -1) if self._flows(n)), 0)

    @property
    def answered(self) -> list[int]:
        """Frame of a packet with the answer of each jet: that in which it enters the tagger."""
        return entries(self.complete(self.jets), self.ii)

    def complete(self, jets: int) -> list[int]:
        """Frame of a packet in which the last word of each jet arrives."""
        return [(jet * self.step + self.words - 1) // self.links for jet in range(jets)]

    def _flows(self, jets: int) -> bool:
        """Whether every jet enters the tagger in its packet, and before the next one is complete."""
        complete = self.complete(jets)
        again = [*complete, *(frame + self.packet for frame in complete)]
        entered = entries(again, self.ii)
        free = all(later > frame for later, frame in zip(again[1:], entered, strict=False))
        return free and entered[:jets] == [frame - self.packet for frame in entered[jets:]]

    def packets(self, jets: NDArray[np.uint64]) -> Channel:
        """As :meth:`channels`, of a single link."""
        (channel,) = self.channels(jets)
        return channel

    def channels(self, jets: NDArray[np.uint64]) -> tuple[Channel, ...]:
        """Frames by link of jets [jets, words]; slots without a jet are 0, and the first packet begins an orbit."""
        count = -(-len(jets) // self.jets)
        slots = np.zeros((count * self.jets, self.step), dtype=np.uint64)
        slots[: len(jets), : self.words] = jets
        frames = np.zeros((count, self.packet * self.links), dtype=np.uint64)
        frames[:, : self.jets * self.step] = slots.reshape(count, -1)
        flags, by_link = self._flags(count), frames.reshape(-1, self.links)
        return tuple(Channel(np.ascontiguousarray(by_link[:, k]), flags) for k in range(self.links))

    def answers(self, words: NDArray[np.uint64]) -> Channel:
        """Frames of the answers [jets], on one link: each in the frame that :attr:`answered` says, the others are 0."""
        count = -(-len(words) // self.jets)
        slots = np.zeros(count * self.jets, dtype=np.uint64)
        slots[: len(words)] = words
        frames = np.zeros((count, self.packet), dtype=np.uint64)
        frames[:, self.answered] = slots.reshape(count, -1)
        return Channel(frames.ravel(), self._flags(count))

    def last_words(self, channel: Channel) -> NDArray[np.uint64]:
        """The words in those frames, of all slots of all packets, from the valid frames of a link."""
        data = channel.data[channel.valid]
        whole = data[: len(data) // self.packet * self.packet].reshape(-1, self.packet)
        return np.ascontiguousarray(whole[:, self.answered].ravel())

    def _flags(self, count: int) -> NDArray[np.uint8]:
        flags = np.full((count, self.packet), VALID, dtype=np.uint8)
        flags[:, 0] |= START
        flags[:, -1] |= LAST
        flags[:1, 0] |= ORBIT
        return flags.ravel()


def split(channel: Channel, frames: int = MOST_FRAMES) -> list[Channel]:
    """The frames in pieces as long as a buffer; every piece begins an orbit."""
    pieces = []
    for start in range(0, len(channel.data), frames):
        flags = channel.flags[start : start + frames].copy()
        flags[0] |= ORBIT
        pieces.append(Channel(channel.data[start : start + frames], flags))
    return pieces
