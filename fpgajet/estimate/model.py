"""From blocks to figures: the analytical model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fpgajet.devices import Part
from fpgajet.errors import BadInput
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.calibration import Calibration, Group, calibration
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

#: What an operator takes, and whose evidence holds for it.
Used = tuple[Group, Resources]

BRAM = "tables of 1024 entries and more; fully unrolled, everything else lies in LUTs"


def estimate(network: Network, part: Part, clock_mhz: float, ii: int = 1) -> Estimate:
    """Latency, initiation interval and resources of a network as fully unrolled firmware.

    Args:
        network: the quantised network.
        part: the FPGA; its family and speed grade set the delays.
        clock_mhz: clock of the firmware in MHz.
        ii: clocks between two jets; from 3 on, products of two variables are shared.

    Raises:
        BadInput: the clock or the initiation interval is not positive.
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
        constituents: slots of the input that arrive over the links, the jet's own word among them.
        known: constants of the model; default: those shipped.
        own: the blocks are our operators; standard layers have other evidence and wider ranges.
    """
    if not (math.isfinite(clock_mhz) and clock_mhz > 0):
        raise BadInput(f"a clock of {clock_mhz} MHz is not possible; give a positive number of MHz.")
    if ii < 1:
        raise BadInput(f"an initiation interval of {ii} is not possible; give 1 or more clocks.")
    known = known or calibration()
    parts_of = _Pieces(part, clock_mhz, ii, known)
    ends: dict[str, float] = {}
    used: list[Used] = [(known.group(b.op_type, own), resources(b, ii, known)) for b in blocks]
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
    """Turns counted units into figures with ranges."""

    part: Part
    clock_mhz: float
    ii: int
    known: Calibration

    @property
    def usable(self) -> float:
        return usable_ns(self.part, self.clock_mhz, self.known)

    def figure(self, quantity: str, value: float, group: Group) -> Figure:
        """One quantity of operators that share their evidence."""
        return Figure.spread(value, self.known.spread(quantity, group), self.known.evidence(quantity, group))

    def of_groups(self, quantity: str, value: float, shares: Mapping[Group, float]) -> Figure:
        """``value``, with the ranges of its shares; what is 0 everywhere has the evidence of the least known."""
        counted = {group: share for group, share in shares.items() if share}
        if not counted:
            return self.figure(quantity, value, self.least_known(quantity, shares))
        figures = [self.figure(quantity, share, group) for group, share in counted.items()]
        return replace(sum(figures[1:], figures[0]), value=value)

    def least_known(self, quantity: str, groups: Iterable[Group]) -> Group:
        """The group with the widest range: a longest path is known as well as the worst part of it."""
        return max(groups, key=lambda group: self.known.spread(quantity, group))

    def row(
        self, name: str, op_type: str, start: float, end: float, used: Sequence[Used]
    ) -> OperatorEstimate:
        """One operator between two cycles, or the total."""
        groups = dict.fromkeys(group for group, _ in used)
        lut = self.luts(used)
        worst = self.least_known("latency_cycles", groups)
        cycles = self.figure("latency_cycles", end - start, worst)
        if not op_type:
            cycles = cycles.rounded()
        density = register_density(self.usable, self.known)
        of_group = {g: sum(_synthesised(u) for own, u in used if own == g) for g in groups}
        registers_of = {g: registers(luts, density, self.known) for g, luts in of_group.items()}
        ff = registers(sum(_source(used, name) for name in _SOURCES.values()), density, self.known)
        dsp = self.of_groups(
            "dsp", sum(u.dsp for _, u in used), {g: sum(u.dsp for own, u in used if own == g) for g in groups}
        )
        stray = self.known.stray_dsp_per_lut * of_group.get("standard", 0.0)
        return OperatorEstimate(
            name=name,
            op_type=op_type,
            start_cycle=round(start, 3),
            latency_cycles=cycles,
            latency_ns=cycles.map(lambda clocks: clocks * 1000.0 / self.clock_mhz),
            ii=Figure.exact(self.ii, "asked for"),
            lut=lut.rounded(),
            ff=self.of_groups("ff", ff, registers_of).rounded(),
            dsp=replace(dsp, high=dsp.high + stray).rounded(),
            bram=Figure.exact(sum(u.bram for _, u in used), BRAM),
        )

    def luts(self, used: Sequence[Used]) -> Figure:
        """LUTs by what they were fitted to, and by the evidence of the operators that take them."""
        figures = []
        for quantity, source in _SOURCES.items():
            value = _source(used, source)
            if value:
                shares: dict[Group, float] = {}
                for group, u in used:
                    shares[group] = shares.get(group, 0.0) + getattr(u, source)
                figures.append(self.of_groups(quantity, value, shares))
        if not figures:
            return self.figure("lut", 0.0, self.least_known("lut", [group for group, _ in used]))
        return sum(figures[1:], figures[0])

    def csynth(self, total: OperatorEstimate, used: Sequence[Used]) -> OperatorEstimate:
        """What the HLS report will print: it prices every operation by itself and optimises across none."""
        shares: dict[Group, float] = {}
        for group, u in used:
            shares[group] = shares.get(group, 0.0) + u.csynth_lut
        lut = self.of_groups("csynth_lut", sum(u.csynth_lut for _, u in used), shares)
        worst = self.least_known("csynth_ff", shares)
        return replace(
            total,
            lut=lut.rounded(),
            ff=self.figure("csynth_ff", total.ff.value * self.known.csynth_ff_scale, worst).rounded(),
        )


#: LUT figures in the order in which they are added up, and the counted resource behind each.
_SOURCES = {"matrix_lut": "matrix_lut", "shift_add_lut": "shift_add_lut", "lut": "logic_lut"}


def _source(used: Sequence[Used], name: str) -> float:
    return float(sum(getattr(u, name) for _, u in used))


def _synthesised(used: Resources) -> float:
    """LUTs of logic synthesis."""
    return used.matrix_lut + used.shift_add_lut + used.logic_lut
