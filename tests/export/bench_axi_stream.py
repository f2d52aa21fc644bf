"""cocotb tests of the AXI4-Stream top; ``test_axi_stream.py`` runs them in Verilator on words and scores in a file."""

from __future__ import annotations

import itertools
import os
import random
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

from fpgajet.export.firmware.words import LONG, SHORT, flag, score_of

GIVEN = np.load(os.environ["FPGAJET_BENCH"])
WORDS, SCORES, SHORT_SCORES = GIVEN["words"], GIVEN["scores"], GIVEN["short_scores"]
LATENCY, II = int(GIVEN["latency"]), int(GIVEN["ii"])
JETS = len(WORDS)


class Bench:
    """A source, a sink and a clock."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        cocotb.start_soon(Clock(dut.aclk, 2, "ns").start())
        reset = {"reset": dut.aresetn, "reset_active_level": False}
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.aclk, **reset)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.aclk, **reset)
        self.source.log.disabled = self.sink.log.disabled = True

    async def reset(self) -> None:
        self.dut.aresetn.value = 0
        await ClockCycles(self.dut.aclk, 5)
        self.dut.aresetn.value = 1
        await RisingEdge(self.dut.aclk)

    async def send(self, words: Any) -> None:
        await self.source.send(AxiStreamFrame(tdata=np.array(words, dtype="<u8").tobytes()))

    async def answer(self) -> np.ndarray:
        return np.frombuffer(bytes((await self.sink.recv()).tdata), dtype="<u8")

    async def compare(self, jets: range, scores: np.ndarray, short: bool = False, long: bool = False) -> None:
        """The next answers are those of ``jets``, in this order."""
        for jet in jets:
            words = await self.answer()
            assert score_of(words).tolist() == scores[jet].tolist(), f"jet {jet}"
            assert (bool(flag(words, SHORT)[0]), bool(flag(words, LONG)[0])) == (short, long), (
                f"flags of jet {jet}"
            )

    async def nothing_more(self) -> None:
        await ClockCycles(self.dut.aclk, 4 * LATENCY + 20)
        assert self.sink.empty(), "an answer without a packet"


def sometimes(share: float, seed: int) -> Any:
    """A pause in this share of the clocks."""
    rng = random.Random(seed)
    return (rng.random() < share for _ in itertools.count())


@cocotb.test()
async def back_to_back(dut: Any) -> None:
    bench = Bench(dut)
    await bench.reset()
    for jet in range(JETS):
        await bench.send(WORDS[jet])
    start = cocotb.simtime.get_sim_time("ns")
    await bench.compare(range(JETS), SCORES)
    clocks = (cocotb.simtime.get_sim_time("ns") - start) / 2
    assert clocks <= JETS * max(II, WORDS.shape[1]) + LATENCY + 10, f"{clocks} clocks for {JETS} jets"
    await bench.nothing_more()


@cocotb.test()
async def bubbles_and_backpressure(dut: Any) -> None:
    for gaps, stalls in ((0.5, 0.0), (0.0, 0.5), (0.3, 0.9), (0.7, 0.7)):
        bench = Bench(dut)
        await bench.reset()
        bench.source.set_pause_generator(sometimes(gaps, 1))
        bench.sink.set_pause_generator(sometimes(stalls, 2))
        for jet in range(JETS):
            await bench.send(WORDS[jet])
        await bench.compare(range(JETS), SCORES)
        await bench.nothing_more()
        break_down(bench)


@cocotb.test()
async def a_sink_that_stops(dut: Any) -> None:
    """As many packets as fit are taken, TREADY falls, and all answers come once the sink goes on."""
    bench = Bench(dut)
    bench.sink.pause = True
    await bench.reset()
    for jet in range(JETS):
        await bench.send(WORDS[jet])
    await ClockCycles(dut.aclk, JETS * max(II, WORDS.shape[1]) + 4 * LATENCY)
    assert not dut.s_axis_tready.value
    assert dut.m_axis_tvalid.value
    bench.sink.pause = False
    await bench.compare(range(JETS), SCORES)
    await bench.nothing_more()


@cocotb.test()
async def packets_too_short_and_too_long(dut: Any) -> None:
    """A missing word is an empty slot, a word too many is ignored, and neither reaches the next packet."""
    bench = Bench(dut)
    await bench.reset()
    for jet in range(JETS):
        await bench.send(WORDS[jet][:1])
        await bench.send(WORDS[jet])
        await bench.send([*WORDS[jet], 2**64 - 1, 12345])
    for jet in range(JETS):
        await bench.compare(range(jet, jet + 1), SHORT_SCORES, short=True)
        await bench.compare(range(jet, jet + 1), SCORES)
        await bench.compare(range(jet, jet + 1), SCORES, long=True)
    await bench.nothing_more()


@cocotb.test()
async def reset_in_the_middle(dut: Any) -> None:
    bench = Bench(dut)
    await bench.reset()
    for jet in range(8):
        await bench.send(WORDS[jet])
    await ClockCycles(dut.aclk, 4 * WORDS.shape[1] + 1)  # within a packet, others in the pipeline
    bench.source.clear()
    await bench.reset()
    bench.sink.clear()
    bench.source.clear()
    await bench.nothing_more()
    for jet in range(8, JETS):
        await bench.send(WORDS[jet])
    await bench.compare(range(8, JETS), SCORES)
    await bench.nothing_more()


@cocotb.test()
async def the_latency(dut: Any) -> None:
    """Clocks from the edge that takes the last word to the edge at which the answer is taken."""
    bench = Bench(dut)
    await bench.reset()
    await bench.send(WORDS[0])
    taken = None
    for clock in range(1000):
        await RisingEdge(dut.aclk)
        if dut.s_axis_tvalid.value and dut.s_axis_tready.value and dut.s_axis_tlast.value:
            taken = clock
        if dut.m_axis_tvalid.value and dut.m_axis_tready.value:
            assert taken is not None
            assert clock - taken == LATENCY
            return
    raise AssertionError("no answer")


def break_down(bench: Bench) -> None:
    """End the coroutines of a bench, so that another one may drive the same signals."""
    for part in (bench.source, bench.sink):
        part._run_cr.cancel()
