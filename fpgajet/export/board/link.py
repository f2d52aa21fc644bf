"""The host: sends jets over a serial port, collects scores, finds out what was lost, and sends that again."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.export.board.frames import (
    ASKED,
    BAD_ANSWER,
    FAULTS,
    LOST_ANSWER,
    NUMBERS,
    SCORE,
    Answer,
    Reader,
    frame,
)

#: Frames on their way at a time.
WINDOW = 16
#: How often a jet is sent before the line is given up.
ATTEMPTS = 5
NO_ANSWER, UNASKED = "no answer", "answer to no frame"


class Port(Protocol):
    """What a serial port does (pyserial); ``read`` returns less than it is asked for after its timeout."""

    def read(self, size: int, /) -> bytes:
        """Bytes that have come."""
        ...

    def write(self, sent: bytes, /) -> int | None:
        """Send bytes."""
        ...


@dataclass
class Tally:
    """What happened on the line.

    Attributes:
        sent, answered: frames with jets, and their scores. repeated: frames that were sent again.
        faults: by name, how often each was seen.
    """

    sent: int = 0
    answered: int = 0
    repeated: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def sentence(self) -> str:
        """For people."""
        seen = ", ".join(f"{count} x {name}" for name, count in sorted(self.faults.items()))
        return f"{self.answered:,} of {self.sent - self.repeated:,} jets answered, " + (
            f"{self.repeated} frames sent again: {seen}" if seen else "no frame damaged, lost or doubled"
        )


class Link:
    """One board at the other end of a port.

    Args:
        port: its ``read`` waits for a short time only.
        result: bytes of a result.
        timeout: seconds without any answer after which frames count as lost.
        quiet: seconds of silence after which nothing old comes any more.
    """

    def __init__(self, port: Port, result: int, timeout: float = 2.0, quiet: float = 0.2) -> None:
        self._port, self._reader = port, Reader(result)
        self._timeout, self._quiet = timeout, quiet
        self._number = 0
        self.tally = Tally()

    def identify(self, expected: str) -> None:
        """Ask who is there, whatever the line was doing before.

        Raises:
            ToolFailed: nobody answers.
            BadInput: the board holds another tagger.
        """
        self._drain()
        self._reader.forget()
        for _ in range(ATTEMPTS):
            self._port.write(frame(0, b""))
            until = time.monotonic() + self._timeout
            while time.monotonic() < until:
                for answer in self._received():
                    if answer is None or answer.status != ASKED:
                        continue  # of a frame that was cut off before
                    found = answer.result[:4][::-1].hex()
                    if found != expected:
                        raise BadInput(
                            f"the board holds another tagger ({found}) than this export ({expected}). "
                            "Load its bitstream."
                        )
                    return
        raise ToolFailed(
            "the board does not answer. Is its bitstream loaded, and is this its port? After a reset it needs no "
            "other treatment."
        )

    def scores(
        self, jets: Sequence[bytes], advance: Callable[[int], None] = lambda done: None
    ) -> list[bytes]:
        """The result of every jet, in order.

        Args:
            advance: called with the number of jets that are done.

        Raises:
            ToolFailed: a jet got no score after :data:`ATTEMPTS` attempts.
        """
        results: list[bytes | None] = [None] * len(jets)
        left = deque(range(len(jets)))
        flight: dict[int, int] = {}
        attempts = Counter[int]()
        heard = time.monotonic()
        while left or flight:
            while left and len(flight) < WINDOW:
                self._send(left.popleft(), jets, flight, attempts)
                heard = time.monotonic() if len(flight) == 1 else heard
            trouble = False
            for answer in self._received():
                heard = time.monotonic()
                trouble |= not self._take(answer, flight, results)
            if time.monotonic() - heard > self._timeout:
                self.tally.faults[NO_ANSWER] += 1
                trouble = True
            if trouble:
                for answer in self._drain():
                    self._take(answer, flight, results)
                left.extendleft(sorted(flight.values(), reverse=True))
                flight.clear()
                heard = time.monotonic()
            advance(self.tally.answered)
        return [result for result in results if result is not None]

    def _send(self, jet: int, jets: Sequence[bytes], flight: dict[int, int], attempts: Counter[int]) -> None:
        attempts[jet] += 1
        if attempts[jet] > ATTEMPTS:
            raise ToolFailed(f"jet {jet} got no score in {ATTEMPTS} attempts; {self.tally.sentence()}.")
        self.tally.repeated += attempts[jet] > 1
        self.tally.sent += 1
        self._number = (self._number + 1) % NUMBERS
        flight[self._number] = jet
        self._port.write(frame(self._number, jets[jet]))

    def _take(self, answer: Answer | None, flight: dict[int, int], results: list[bytes | None]) -> bool:
        """Note an answer; whether all is well."""
        if answer is None:
            self.tally.faults[BAD_ANSWER] += 1
            return False
        if answer.lost:
            self.tally.faults[LOST_ANSWER] += 1
        if answer.status != SCORE:
            self.tally.faults[FAULTS.get(answer.status, f"status {answer.status}")] += 1
            return False
        jet = flight.pop(answer.number, None)
        if jet is None:
            self.tally.faults[UNASKED] += 1
            return False
        results[jet] = answer.result
        self.tally.answered += 1
        return not answer.lost

    def _received(self) -> list[Answer | None]:
        """Answers that have come in the time that the port's ``read`` waits."""
        first = self._port.read(1)
        if not first:
            return []
        waiting = getattr(self._port, "in_waiting", 0)
        return self._reader.feed(first + (self._port.read(waiting) if waiting else b""))

    def _drain(self) -> list[Answer | None]:
        """Everything that still comes until the line is silent."""
        found: list[Answer | None] = []
        silent = time.monotonic()
        while time.monotonic() - silent < self._quiet:
            if came := self._received():
                found += came
                silent = time.monotonic()
        self._reader.forget()
        return found
