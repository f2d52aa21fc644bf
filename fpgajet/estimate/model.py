"""From blocks to figures: the analytical model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fpgajet.devices import Part
from fpgajet.errors import BadInput
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.calibration import Calibration, calibration
from fpgajet.estimate.figures import Estimate, Figure, OperatorEstimate
from fpgajet.estimate.timing import (
    block_cycles,
    reachable_period,
    register_density,
    sharing_cycles,
    usable_ns,
)
from fpgajet.estimate.units import Resources, registers, resources
from fpgajet.ops.network import Network

BRAM = "tables of 1024 entries and more; fully unrolled, everything else lies in LUTs"


def estimate(network: Network, part: Part, clock_mhz: float, ii: int = 1) -> Estimate:
    """Latency, initiation interval and resources of a network as fully unrolled firmware.

    Args:
        network: the quantised network.
        part: the FPGA; its family and speed grade set the delays.
        clock_mhz: clock of the firmware in MHz.
        ii: clocks between two jets; from 3 on, products of two variables are shared.

    Raises:
        BadInput: the clock or the interval is not positive.
    """
    return estimate_blocks(blocks_of(network), network.input_shape[0], part, clock_mhz, ii)


def estimate_blocks(
    blocks: Sequence[Block],
    constituents: int,
    part: Part,
    clock_mhz: float,
    ii: int = 1,
    known: Calibration | None = None,
    own: bool = True,
) -> Estimate:
    """The same for blocks of any origin, in an order in which they can be computed.

    Args:
        constituents: slots of the input that arrive over the links.
        known: constants of the model; default: those shipped.
        own: the blocks are our operators; standard layers get wider intervals.
    """
    if not (math.isfinite(clock_mhz) and clock_mhz > 0):
        raise BadInput(f"a clock of {clock_mhz} MHz is not possible; give a positive number of MHz.")
    if ii < 1:
        raise BadInput(f"an initiation interval of {ii} is not possible; give 1 or more clocks.")
    known = known or calibration()
    parts_of = _Pieces(part, clock_mhz, ii, known, own)
    ends: dict[str, float] = {}
    used = [resources(block, ii, known) for block in blocks]
    spans = []
    for block in blocks:
        start = max((ends.get(name, 0.0) for name in block.inputs), default=0.0)
        ends[block.name] = start + block_cycles(block, parts_of.usable, known, ii)
        spans.append((start, ends[block.name]))
    cycles = max(ends.values()) + sharing_cycles(ii, known)
    operators = tuple(
        parts_of.row(block.name, block.op_type, *span, [u])
        for block, span, u in zip(blocks, spans, used, strict=True)
    )
    total = parts_of.row("total", "", 0.0, math.ceil(cycles - 1e-9), used)
    period = reachable_period(total.lut.value, part, known)
    return Estimate(
        level="model",
        part=part.full_name,
        clock_mhz=clock_mhz,
        constituents=constituents,
        operators=operators,
        total=total,
        csynth=parts_of.csynth(total, used),
        period_ns=Figure.spread(period, known.spread("period_ns"), known.evidence("period_ns")),
    )


@dataclass(frozen=True)
class _Pieces:
    """Turns counted units into figures with intervals."""

    part: Part
    clock_mhz: float
    ii: int
    known: Calibration
    own: bool

    @property
    def usable(self) -> float:
        return usable_ns(self.part, self.clock_mhz, self.known)

    def figure(self, quantity: str, value: float) -> Figure:
        return Figure.spread(
            value, self.known.spread(quantity, self.own), self.known.evidence(quantity, self.own)
        )

    def row(
        self, name: str, op_type: str, start: float, end: float, used: Sequence[Resources]
    ) -> OperatorEstimate:
        """One operator between two cycles, or the total."""
        by_source = {
            "matrix_lut": sum(u.matrix_lut for u in used),
            "shift_add_lut": sum(u.shift_add_lut for u in used),
            "lut": sum(u.logic_lut for u in used),
        }
        figures = [self.figure(source, value) for source, value in by_source.items() if value]
        lut = sum(figures[1:], figures[0]) if figures else self.figure("lut", 0.0)
        cycles = self.figure("latency_cycles", end - start)
        if not op_type:
            cycles = cycles.rounded()
        density = register_density(self.usable, self.known)
        return OperatorEstimate(
            name=name,
            op_type=op_type,
            start_cycle=round(start, 3),
            latency_cycles=cycles,
            latency_ns=cycles.map(lambda clocks: clocks * 1000.0 / self.clock_mhz),
            ii=Figure.exact(self.ii, "asked for"),
            lut=lut.rounded(),
            ff=self.figure("ff", registers(sum(by_source.values()), density, self.known)).rounded(),
            dsp=self.figure("dsp", sum(u.dsp for u in used)).rounded(),
            bram=Figure.exact(sum(u.bram for u in used), BRAM),
        )

    def csynth(self, total: OperatorEstimate, used: Sequence[Resources]) -> OperatorEstimate:
        """What the HLS report will print: it prices every operation by itself and optimises across none."""
        lut = sum(u.csynth_lut for u in used)
        return replace(
            total,
            lut=self.figure("csynth_lut", lut).rounded(),
            ff=self.figure("csynth_ff", total.ff.value * self.known.csynth_ff_scale).rounded(),
        )
