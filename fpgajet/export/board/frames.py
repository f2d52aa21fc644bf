"""Frames as bytes: RFC 1055 around a number, a length or a status, the content and a CRC-32.

``fpgajet/export/board/verilog/fpgajet_frames.v`` is the other side.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

END, ESC, ESC_END, ESC_ESC = b"\xc0", b"\xdb", b"\xdb\xdc", b"\xdb\xdd"
#: Numbers of frames count in one byte.
NUMBERS = 256
#: Status of an answer.
SCORE, ASKED = 0, 5
FAULTS = {
    1: "wrong CRC at the board",
    2: "wrong length at the board",
    3: "broken byte at the board",
    4: "another jet size at the board",
}
#: Set in a status if an answer before it was lost in the board.
LOST = 0x80
BAD_ANSWER, LOST_ANSWER = "damaged answer", "answer lost in the board"
#: Longer than any answer: what has no end in sight is thrown away.
MOST_BYTES = 4096


def frame(number: int, jet: bytes) -> bytes:
    """A frame to the board; an empty jet asks who is there."""
    body = struct.pack("<BH", number, len(jet)) + jet
    body += struct.pack("<I", zlib.crc32(body))
    return END + body.replace(ESC, ESC_ESC).replace(END, ESC_END) + END


@dataclass(frozen=True)
class Answer:
    """What came back: the frame's number, its status without the bit of lost answers, and the result."""

    number: int
    status: int
    result: bytes
    lost: bool


@dataclass
class Reader:
    """Answers from a stream of bytes.

    Attributes:
        result: bytes of a result.
    """

    result: int
    _rest: bytes = field(default=b"", init=False)

    def feed(self, received: bytes) -> list[Answer | None]:
        """Answers that are complete with these bytes, None for a damaged one."""
        *bodies, rest = (self._rest + received).split(END)
        self._rest = rest[-MOST_BYTES:]
        return [self._answer(body) for body in bodies if body]

    def forget(self) -> None:
        """Drop the beginning of an answer that will not go on."""
        self._rest = b""

    def _answer(self, escaped: bytes) -> Answer | None:
        if escaped.count(ESC) != escaped.count(ESC_END) + escaped.count(ESC_ESC):
            return None
        body = escaped.replace(ESC_END, END).replace(ESC_ESC, ESC)
        if len(body) != self.result + 6 or zlib.crc32(body[:-4]) != struct.unpack("<I", body[-4:])[0]:
            return None
        return Answer(body[0], body[1] & ~LOST, body[2:-4], bool(body[1] & LOST))
