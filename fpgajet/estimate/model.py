"""From blocks to figures: the analytical model."""

from __future__ import annotations

import math
from dataclasses import replace

from fpgajet.devices import Part
from fpgajet.errors import BadInput
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.calibration import Calibration, calibration
from fpgajet.estimate.figures import Estimate, Figure, OperatorEstimate, added
from fpgajet.estimate.timing import block_cycles, period_ns
from fpgajet.estimate.units import csynth_lut, resources
from fpgajet.ops.network import Network


def estimate(network: Network, part: Part, clock_mhz: float, ii: int = 1) -> Estimate:
    """Latency, initiation interval and resources of a network as fully unrolled firmware.

    Args:
        network: the quantised network.
        part: the FPGA; its family and speed grade set the delays.
        clock_mhz: clock of the firmware in MHz.
        ii: clocks between two jets; above 1, products are shared.

    Raises:
        BadInput: the clock or the interval is not positive.
    """
    return estimate_blocks(
        blocks_of(network), network.input_name, network.input_shape[0], part, clock_mhz, ii
    )


def estimate_blocks(
    blocks: tuple[Block, ...], input_name: str, constituents: int, part: Part, clock_mhz: float, ii: int = 1
) -> Estimate:
    """The same for blocks of any origin. ``constituents``: slots of the input."""
    if not (math.isfinite(clock_mhz) and clock_mhz > 0):
        raise BadInput(f"a clock of {clock_mhz} MHz is not possible; give a positive number of MHz.")
    if ii < 1:
        raise BadInput(f"an initiation interval of {ii} is not possible; give 1 or more clocks.")
    known = calibration()
    ends: dict[str, float] = {input_name: 0.0}
    operators = []
    for block in blocks:
        start = max(ends.get(name, 0.0) for name in block.inputs)
        operators.append(_operator(block, start, part, clock_mhz, ii, known))
        ends[block.name] = start + operators[-1].latency_cycles.value
    total = _total(operators, ends[blocks[-1].name], clock_mhz, ii, known)
    csynth = _csynth(total, sum(csynth_lut(block, known) for block in blocks) / math.sqrt(ii), known)
    period = period_ns(total.lut.value, part, clock_mhz, known)
    return Estimate("model", part.full_name, clock_mhz, constituents, tuple(operators), total, csynth, period)


def _operator(
    block: Block, start: float, part: Part, clock_mhz: float, ii: int, known: Calibration
) -> OperatorEstimate:
    cycles = block_cycles(block, part, clock_mhz, ii, known)
    used = resources(block, cycles, ii, known)
    return OperatorEstimate(
        name=block.name,
        op_type=block.op_type,
        start_cycle=start,
        latency_cycles=_cycles(cycles, known),
        latency_ns=_cycles(cycles, known).map(lambda c: c * 1000.0 / clock_mhz),
        ii=Figure.exact(ii, "asked for"),
        lut=Figure.spread(used["lut"], known.spread("lut"), known.evidence("lut")),
        ff=Figure.spread(used["ff"], known.spread("ff"), known.evidence("ff")),
        dsp=Figure.spread(used["dsp"], known.spread("dsp"), known.evidence("dsp")),
        bram=Figure.exact(used["bram"], "fully unrolled: tables are in LUTs"),
    )


def _total(
    operators: list[OperatorEstimate], end: float, clock_mhz: float, ii: int, known: Calibration
) -> OperatorEstimate:
    cycles = _cycles(end, known)
    sums = {
        name: added((getattr(o, name) for o in operators), known.evidence(name)).rounded()
        for name in ("lut", "ff", "dsp")
    }
    return OperatorEstimate(
        name="total",
        op_type="",
        start_cycle=0.0,
        latency_cycles=cycles,
        latency_ns=cycles.map(lambda c: c * 1000.0 / clock_mhz),
        ii=Figure.exact(ii, "asked for"),
        bram=added((o.bram for o in operators), "fully unrolled: tables are in LUTs"),
        **sums,
    )


def _csynth(total: OperatorEstimate, lut: float, known: Calibration) -> OperatorEstimate:
    """What the HLS report prints: it does not optimise logic across operations, so LUTs come out high."""
    high = Figure.spread(lut, known.spread("csynth_lut"), known.evidence("csynth_lut")).rounded()
    return replace(total, name="total", lut=high)


def _cycles(cycles: float, known: Calibration) -> Figure:
    width = known.spread("latency_cycles")
    low, high = max(1.0, math.floor(cycles / width)), math.ceil(cycles * width)
    return Figure(cycles, min(low, cycles), high, known.evidence("latency_cycles"))
