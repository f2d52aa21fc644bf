"""Pipeline stages: where the registers go."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from fpgajet.devices.delays import DEFAULT_DELAYS, Delays, delays_of
from fpgajet.errors import BadInput
from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Input, Mac
from fpgajet.rtl.ir.delays import delay
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import Sharing, order_of
from fpgajet.rtl.schedule.hold_registers import places

#: ``stage`` of an input: it arrives before the first stage.
PORT = -1


@dataclass(frozen=True)
class Schedule:
    """Stage of every cell; a register follows every stage, so the latency is ``stages`` cycles.

    Attributes:
        stage: by cell, 0 .. stages - 1, or ``PORT`` for inputs and constants.
        places: by cell, the stages in front of which it has a register, ``stages`` for one that shows an output;
            see :mod:`~fpgajet.rtl.schedule.hold_registers`. In shared hardware the stages are those of the leader.
        stages: number of stages.
        longest_ns: modelled delay of the slowest stage, register included.
    """

    stage: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]
    stages: int
    longest_ns: float
    sharing: Sharing

    def register_of(self, number: int, stage: int) -> tuple[int, int]:
        """Where a jet in ``stage`` finds a signal: the stage that the register is in front of, and its cell."""
        leader, at = self.sharing.leader[number], stage - self.sharing.slot[number]
        places = self.places[leader]
        return places[bisect_right(places, at) - 1], leader


def pipeline(
    netlist: Netlist,
    clock_mhz: float,
    stages: int | None = None,
    sharing: Sharing | None = None,
    delays: Delays | None = None,
) -> Schedule:
    """Place registers for a clock, or for a given number of stages, as evenly as the model allows.

    A cell that fits the clock in a small design gets a stage of its own in a large one, where wires are longer.

    Raises:
        BadInput: registers cannot be placed for this number of stages, or one cell alone is slower than the clock.
    """
    sharing = sharing or Sharing.none(netlist)
    delays = delays or delays_of(DEFAULT_DELAYS)
    one_clock = delays.one_clock_product_mhz
    placer = _Placer(netlist, 1 if one_clock is None or clock_mhz <= one_clock else 2, sharing, delays)
    slowest, period = placer.slowest, 1000.0 / clock_mhz
    if stages is None:
        alone = placer.slowest_cell + delays.register_ns
        if alone > period:
            raise BadInput(
                f"A clock of {clock_mhz:g} MHz leaves {period:.2f} ns between registers, but one adder, table or "
                f"product of this network alone takes about {alone:.2f} ns. Lower the clock or the bit widths."
            )
        wanted = placer.place(max(period, slowest)).stages
    else:
        wanted = stages
    low, high = slowest, max(slowest, placer.longest())
    best = placer.place(high)
    if best.stages > wanted or placer.place(low).stages < wanted:
        fewest, most = best.stages, placer.place(low).stages
        raise BadInput(f"This network can be cut into {fewest} to {most} stages, not into {wanted}.")
    while high - low > 0.005:
        middle = (low + high) / 2
        tried = placer.place(middle)
        if tried.stages <= wanted:
            best, high = tried, middle
        else:
            low = middle
    if best.stages != wanted:
        raise BadInput(f"No placement of registers gives exactly {wanted} stages; {best.stages} is possible.")
    return placer.schedule(best)


def least_period(netlist: Netlist, sharing: Sharing, delays: Delays) -> float:
    """Period in ns that no placement goes below: the slowest cell between two registers, with the margin."""
    return _Placer(netlist, 1, sharing, delays).slowest


@dataclass(frozen=True)
class _Placement:
    """Where every cell is computed, and the last stage it takes: later only in a two-stage DSP."""

    stage: list[int]
    ready: list[int]
    stages: int
    longest_ns: float


class _Placer:
    """Places the cells of one netlist, for one period after the other; what all of them need is found once."""

    def __init__(self, netlist: Netlist, dsp_stages: int, sharing: Sharing, delays: Delays) -> None:
        self._netlist, self._dsp_stages, self._sharing = netlist, dsp_stages, sharing
        cells, members = netlist.cells, sharing.members()
        self._cascades = _cascades(netlist)
        self._dsp = [isinstance(cell, DSP_KINDS) for cell in cells]
        self._delay = [
            0.0 if isinstance(cell, Input | Constant) else delay(cell, cells, delays) for cell in cells
        ]
        self._steps = [
            (number, [(member, self._reads(member)) for member in members[number]])
            for number in order_of(netlist, sharing.leader)
            if not isinstance(cells[number], Input | Constant)
        ]
        self.slowest_cell = max(self._delay)
        self._register = delays.register_of(len(self._steps)) + delays.margin_ns

    @property
    def slowest(self) -> float:
        """What the slowest cell takes alone in a stage, in ns."""
        return self.slowest_cell + self._register

    def longest(self) -> float:
        """Twice what all cells take in a single stage, in ns: a bound for the search."""
        arrival: list[float] = []
        for cell, own in zip(self._netlist.cells, self._delay, strict=True):
            arrival.append(max((arrival[arg] for arg in cell.args), default=0.0) + own)
        return 2 * max(arrival) + self._register

    def _reads(self, member: int) -> list[tuple[int, int, int]]:
        """Of a cell, every signal that it reads, the least stages between them, and the first stage it can be in."""
        cells, sharing = self._netlist.cells, self._sharing
        group = sharing.group[member]
        # A DSP reads registers, or the ports, which come from registers; shared hardware never the ports.
        return [
            (
                arg,
                int(group != sharing.group[arg] or self._dsp[member]) - sharing.slot[member],
                int(group >= 0 and isinstance(cells[arg], Input)),
            )
            for arg in cells[member].args
            if not isinstance(cells[arg], Constant)
        ]

    def place(self, period: float) -> _Placement:
        """Every cell as early as it can be with at most ``period`` ns from register to register."""
        slot = self._sharing.slot
        stage = [PORT] * len(self._dsp)
        ready = [PORT] * len(self._dsp)
        time = [0.0] * len(self._dsp)  # ns into that stage
        for number, members in self._steps:
            at, start = 0, 0.0
            for member, reads in members:
                for arg, apart, least in reads:
                    passed = max(ready[arg] + apart, least)
                    if passed > at:
                        at, start = passed, 0.0
                    if ready[arg] - slot[member] == at:
                        start = max(start, time[arg])
            dsp, own = self._dsp[number], self._delay[number]
            end = period if dsp else start + own
            if not dsp and end + self._register > period + 1e-9 and start > 0.0:
                at, end = at + 1, own
            for member, _ in members:
                stage[member] = at + slot[member]
                ready[member] = stage[member] + (self._dsp_stages - 1 if dsp else 0)
                time[member] = end
        for number, before in self._cascades:  # moved to right before the next: the cascade has no registers
            later = stage[number] - 1 - ready[before]
            stage[before] += later
            ready[before] += later
        stages = max(ready[number] for number in self._netlist.outputs) + 1
        times = (own if dsp else t for t, own, dsp in zip(time, self._delay, self._dsp, strict=True))
        longest = max(times) + self._register
        return _Placement(stage, ready, stages, longest)

    def schedule(self, placed: _Placement) -> Schedule:
        """The placement with its registers."""
        registers = places(self._netlist, self._sharing, placed.stage, placed.ready, placed.stages)
        return Schedule(tuple(placed.stage), registers, placed.stages, placed.longest_ns, self._sharing)


def _cascades(netlist: Netlist) -> list[tuple[int, int]]:
    """Blocks with the block before them in a chain, the last ones first."""
    macs = [(n, c) for n, c in enumerate(netlist.cells) if isinstance(c, Mac) and c.z is not None]
    users = netlist.uses() if macs else []
    before = [(number, cell.z.arg) for number, cell in reversed(macs) if cell.z is not None]
    return [(n, z) for n, z in before if isinstance(netlist.cells[z], Mac) and len(users[z]) == 1]
