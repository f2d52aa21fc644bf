"""cocotb tests of weights in registers; ``test_weights.py`` runs them in Verilator on events and scores in a file."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge

GIVEN = np.load(os.environ["FPGAJET_BENCH"])
#: Buses of events as hexadecimal text; weights [sets, registers], unsigned; scores [sets, events].
JETS, WEIGHTS, SCORES = GIVEN["jets"], GIVEN["weights"], GIVEN["scores"]
LATENCY, II = int(GIVEN["latency"]), int(GIVEN["ii"])
EVENTS = len(JETS)


class Stream:
    """Events as dense as the interval allows, or with gaps; scores are kept in the order in which they come."""

    def __init__(self, dut: Any, gaps: Iterator[bool]) -> None:
        self.dut, self.gaps = dut, gaps
        self.entered: list[int] = []
        self.shown: list[int] = []
        self.running = True
        self.tasks: list[Any] = []

    async def feed(self) -> None:
        """Values change at falling edges, so that every rising edge sees all of them."""
        event = wait = 0
        while self.running:
            arrives = wait == 0 and not next(self.gaps)
            self.dut.valid_in.value = int(arrives)
            self.dut.jet.value = int(str(JETS[event]), 16)
            if arrives:
                self.entered.append(event)
                event, wait = (event + 1) % EVENTS, II
            elif wait == 0:
                self.dut.jet.value = int(str(JETS[(event + 7) % EVENTS]), 16)  # nobody may read it
            wait = max(wait - 1, 0)
            await FallingEdge(self.dut.clk)
        self.dut.valid_in.value = 0

    async def collect(self) -> None:
        while True:
            await RisingEdge(self.dut.clk)
            await FallingEdge(self.dut.clk)
            if self.dut.valid_out.value:
                self.shown.append(self.dut.score.value.to_signed())


def never() -> Iterator[bool]:
    while True:
        yield False


def sometimes(seed: int) -> Iterator[bool]:
    rng = random.Random(seed)
    while True:
        yield rng.random() < 0.4


async def start(dut: Any, gaps: Iterator[bool]) -> Stream:
    for name in (
        "valid_in",
        "jet",
        *(("write", "address", "data", "commit") if hasattr(dut, "address") else ()),
    ):
        getattr(dut, name).value = 0
    dut.rst.value = 1
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    stream = Stream(dut, gaps)
    stream.tasks = [cocotb.start_soon(part) for part in (stream.feed(), stream.collect())]
    return stream


def run_clock(dut: Any) -> None:
    cocotb.start_soon(Clock(dut.clk, 2, "ns").start())


async def finish(dut: Any, stream: Stream) -> None:
    stream.running = False
    for _ in range(LATENCY + 2 * II + 4):
        await FallingEdge(dut.clk)
    for task in stream.tasks:
        task.cancel()
    assert len(stream.shown) == len(stream.entered) > 0


async def write(dut: Any, weights: np.ndarray, last: bool = True) -> None:
    """One weight a clock, highest address first; ``commit`` one clock after the last."""
    for address in reversed(range(len(weights))):
        dut.write.value, dut.address.value, dut.data.value = 1, address, int(weights[address])
        await FallingEdge(dut.clk)
    dut.write.value = 0
    if last:
        dut.commit.value = 1
        await FallingEdge(dut.clk)
        dut.commit.value = 0


@cocotb.test()
async def swapped_between_two_events(dut: Any) -> None:
    """Events never stop. A commit falls between two of them: every event has the scores of one set of weights."""
    run_clock(dut)
    for gaps in (never(), sometimes(3)):
        stream = await start(dut, gaps)
        rng = random.Random(5)
        used = [0]  # by event that has entered
        current, order = 0, [1, 2, 3, 0, 3, 1, 0]
        for following in order:
            await write(dut, WEIGHTS[following], last=False)
            for _ in range(rng.randrange(3 * II)):
                await FallingEdge(dut.clk)
            dut.commit.value = 1
            await RisingEdge(dut.clk)
            before = len(stream.entered)  # the event at this edge has the old ones
            await FallingEdge(dut.clk)
            dut.commit.value = 0
            used += [current] * (before - len(used))
            current = following
            for _ in range(rng.randrange(LATENCY // 2)):
                await FallingEdge(dut.clk)
        await finish(dut, stream)
        used += [current] * (len(stream.entered) - len(used))
        wanted = [int(SCORES[s, e]) for s, e in zip(used, stream.entered, strict=True)]
        assert stream.shown == wanted
        assert len(set(used)) == len(WEIGHTS)
        await write(dut, WEIGHTS[0])


@cocotb.test()
async def writes_alone_change_nothing(dut: Any) -> None:
    """Also none at an address that no weight has, and a reset leaves the weights alone."""
    run_clock(dut)
    stream = await start(dut, never())
    await write(dut, WEIGHTS[2], last=False)
    if len(WEIGHTS[0]) < 2 ** len(dut.address):
        dut.write.value, dut.address.value, dut.data.value = 1, len(WEIGHTS[0]), 1
        await FallingEdge(dut.clk)
        dut.write.value = 0
    for _ in range(EVENTS * II + LATENCY):
        await FallingEdge(dut.clk)
    await finish(dut, stream)
    assert stream.shown == [int(SCORES[0, e]) for e in stream.entered]
    dut.commit.value = 1
    await FallingEdge(dut.clk)
    dut.commit.value = 0
    again = await start(dut, never())  # with a reset
    for _ in range(EVENTS * II + LATENCY):
        await FallingEdge(dut.clk)
    await finish(dut, again)
    assert again.shown == [int(SCORES[2, e]) for e in again.entered]
    await write(dut, WEIGHTS[0])


@cocotb.test()
async def a_write_at_the_commit_waits(dut: Any) -> None:
    """What is written at the edge of a commit belongs to the next set."""
    run_clock(dut)
    first = await start(dut, never())
    await write(dut, WEIGHTS[1], last=False)
    dut.write.value, dut.address.value, dut.data.value, dut.commit.value = 1, 0, int(WEIGHTS[3][0]), 1
    await FallingEdge(dut.clk)
    dut.write.value = dut.commit.value = 0
    for task in first.tasks:
        task.cancel()
    stream = await start(dut, never())
    for _ in range(EVENTS * II + LATENCY):
        await FallingEdge(dut.clk)
    await finish(dut, stream)
    assert stream.shown == [int(SCORES[1, e]) for e in stream.entered]
    await write(dut, WEIGHTS[0])
