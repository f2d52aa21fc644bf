"""Frames of a board's links, and jets in packets of frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """How jets lie in packets: from frame 0 on, ``jets`` times ``words`` frames, the rest is padding."""

    words: int
    packet: int = PACKET

    @property
    def jets(self) -> int:
        """Jets in a packet."""
        return self.packet // self.words

    def packets(self, jets: NDArray[np.uint64]) -> Channel:
        """Frames of jets [jets, words]; slots without a jet are 0, and the first packet begins an orbit."""
        count = -(-len(jets) // self.jets)
        frames = np.zeros((count, self.packet), dtype=np.uint64)
        slots = np.zeros((count * self.jets, self.words), dtype=np.uint64)
        slots[: len(jets)] = jets
        frames[:, : self.jets * self.words] = slots.reshape(count, -1)
        flags = np.full((count, self.packet), VALID, dtype=np.uint8)
        flags[:, 0] |= START
        flags[:, -1] |= LAST
        flags[0, 0] |= ORBIT
        return Channel(frames.ravel(), flags.ravel())

    def answers(self, words: NDArray[np.uint64]) -> Channel:
        """Frames of the answers [jets]: each in the frame of its jet's last word, the others are 0."""
        jets = np.zeros((len(words), self.words), dtype=np.uint64)
        jets[:, -1] = words
        return self.packets(jets)

    def last_words(self, channel: Channel) -> NDArray[np.uint64]:
        """The words in those frames, of all slots of all packets, from the valid frames of a link."""
        data = channel.data[channel.valid]
        whole = data[: len(data) // self.packet * self.packet].reshape(-1, self.packet)
        slots = whole[:, : self.jets * self.words].reshape(-1, self.words)
        return np.ascontiguousarray(slots[:, -1])


def split(channel: Channel, frames: int = MOST_FRAMES) -> list[Channel]:
    """The frames in pieces as long as a buffer; every piece begins an orbit."""
    pieces = []
    for start in range(0, len(channel.data), frames):
        flags = channel.flags[start : start + frames].copy()
        flags[0] |= ORBIT
        pieces.append(Channel(channel.data[start : start + frames], flags))
    return pieces
