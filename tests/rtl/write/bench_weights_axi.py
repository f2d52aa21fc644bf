"""cocotb tests of weights behind AXI4-Lite, with the events of ``bench_weights.py``."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import FallingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from fpgajet.rtl.write.weights import COMMITS, COUNT, MAP, WEIGHTS
from tests.rtl.write import bench_weights
from tests.rtl.write.bench_weights import GIVEN, LATENCY, SCORES, finish, never, run_clock, sometimes, start

SIGNED = GIVEN["signed"]


async def connect(dut: Any) -> AxiLiteMaster:
    run_clock(dut)
    dut.aresetn.value = 0
    bus = AxiLiteBus.from_prefix(dut, "s_axil")
    master = AxiLiteMaster(bus, dut.clk, dut.aresetn, reset_active_level=False)
    for part in (master.write_if, master.read_if):
        part.log.disabled = True
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.aresetn.value = 1
    return master


async def commit(master: AxiLiteMaster, which: int) -> None:
    for address, value in enumerate(SIGNED[which]):
        await master.write_dword(WEIGHTS + 4 * address, int(value) & 0xFFFFFFFF)
    await master.write_dword(COMMITS, 1)


@cocotb.test()
async def swapped_over_axi_lite(dut: Any) -> None:
    """Scores are those of one set up to some event, and those of the next from there on."""
    master = await connect(dut)
    order = [0, 3, 1, 2, 0]
    for gaps in (never(), sometimes(9)):
        stream = await start(dut, gaps)
        for which in order[1:]:
            await commit(master, which)
            for _ in range(2 * LATENCY):
                await FallingEdge(dut.clk)
        await finish(dut, stream)
        place, swaps = 0, 0
        for event, shown in zip(stream.entered, stream.shown, strict=True):
            if shown != SCORES[order[place], event]:
                place, swaps = place + 1, swaps + 1
            assert shown == SCORES[order[place], event], f"event {event} has a score of no set in order"
        assert swaps == len(order) - 1
    assert await master.read_dword(COMMITS) == 2 * (len(order) - 1)


@cocotb.test()
async def what_is_read_back(dut: Any) -> None:
    """The set that waits, with its signs, before and after it is committed."""
    master = await connect(dut)
    assert await master.read_dword(COUNT) == len(SIGNED[0])
    assert await master.read_dword(MAP) == 1
    before = await master.read_dword(COMMITS)
    for which in (1, 2, 3):
        for address, value in enumerate(SIGNED[which]):
            await master.write_dword(WEIGHTS + 4 * address, int(value) & 0xFFFFFFFF)
        words = await master.read_dwords(WEIGHTS, len(SIGNED[0]))
        assert words == [int(value) & 0xFFFFFFFF for value in SIGNED[which]]
    assert await master.read_dword(COMMITS) == before
    await commit(master, 0)
    assert await master.read_dword(COMMITS) == before + 1


@cocotb.test()
async def what_is_refused(dut: Any) -> None:
    """Half a word, and addresses that mean nothing: SLVERR, and no weight changes."""
    master = await connect(dut)
    await commit(master, 3)
    words = await master.read_dwords(WEIGHTS, len(SIGNED[0]))
    assert (await master.write(WEIGHTS, b"\x11\x11")).resp is AxiResp.SLVERR
    assert (await master.write(WEIGHTS + 4 * len(SIGNED[0]), b"\x11" * 4)).resp is AxiResp.SLVERR
    assert (await master.write(COUNT, b"\x11" * 4)).resp is AxiResp.SLVERR
    assert (await master.read(WEIGHTS + 4 * len(SIGNED[0]), 4)).resp is AxiResp.SLVERR
    assert (await master.write(WEIGHTS, int(words[0]).to_bytes(4, "little"))).resp is AxiResp.OKAY
    assert await master.read_dwords(WEIGHTS, len(SIGNED[0])) == words
    stream = await start(dut, never())
    for _ in range(bench_weights.EVENTS):
        await FallingEdge(dut.clk)
    await finish(dut, stream)
    assert stream.shown == [int(SCORES[3, event]) for event in stream.entered]
    await commit(master, 0)
