"""Pipeline stages: where the registers go."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from fpgajet.errors import BadInput
from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Input, Mac
from fpgajet.rtl.ir.delays import DSP_ONE_STAGE_MHZ, REGISTER, delay
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
    netlist: Netlist, clock_mhz: float, stages: int | None = None, sharing: Sharing | None = None
) -> Schedule:
    """Place registers for a clock, or for a given number of stages, as evenly as the model allows.

    Raises:
        BadInput: no placement has the wanted number of stages, or a cell alone is slower than the clock.
    """
    sharing = sharing or Sharing.none(netlist)
    dsp_stages = 1 if clock_mhz <= DSP_ONE_STAGE_MHZ else 2
    slowest = max(delay(cell, netlist.cells) for cell in netlist.cells) + REGISTER
    period = 1000.0 / clock_mhz
    if stages is None:
        if slowest > period:
            raise BadInput(
                f"A clock of {clock_mhz:g} MHz leaves {period:.2f} ns between registers, but one adder or table "
                f"of this network alone takes about {slowest:.2f} ns. Lower the clock or the bit widths."
            )
        wanted = _place(netlist, period, dsp_stages, sharing).stages
    else:
        wanted = stages
    low, high = slowest, max(slowest, 2 * sum(_levels(netlist)) + REGISTER)
    best = _place(netlist, high, dsp_stages, sharing)
    if best.stages > wanted or _place(netlist, low, dsp_stages, sharing).stages < wanted:
        fewest, most = best.stages, _place(netlist, low, dsp_stages, sharing).stages
        raise BadInput(f"This network can be cut into {fewest} to {most} stages, not into {wanted}.")
    while high - low > 0.005:
        middle = (low + high) / 2
        tried = _place(netlist, middle, dsp_stages, sharing)
        if tried.stages <= wanted:
            best, high = tried, middle
        else:
            low = middle
    if best.stages != wanted:
        raise BadInput(f"No placement of registers gives exactly {wanted} stages; {best.stages} is possible.")
    return best


def _levels(netlist: Netlist) -> list[float]:
    """Longest chain of delays, as a bound for the search."""
    arrival: list[float] = []
    for cell in netlist.cells:
        arrival.append(max((arrival[arg] for arg in cell.args), default=0.0) + delay(cell, netlist.cells))
    return [max(arrival)]


def _place(netlist: Netlist, period: float, dsp_stages: int, sharing: Sharing) -> Schedule:
    """Every cell as early as it can be with at most ``period`` ns from register to register."""
    cells, members = netlist.cells, sharing.members()
    stage = [PORT] * len(cells)  # where a cell is computed
    ready = [PORT] * len(cells)  # the last stage it takes: later than ``stage`` only in a two-stage DSP
    time = [0.0] * len(cells)  # ns into that stage
    for number in order_of(netlist, sharing.leader):
        cell = cells[number]
        if isinstance(cell, Input | Constant):
            continue
        at, start = 0, 0.0
        for member in members[number]:
            for arg in cells[member].args:
                if isinstance(cells[arg], Constant):
                    continue
                # A DSP reads registers, or the ports, which come from registers; shared hardware never the ports.
                apart = sharing.group[member] != sharing.group[arg]
                passed = ready[arg] - sharing.slot[member] + (apart or isinstance(cell, DSP_KINDS))
                passed = max(passed, int(sharing.group[member] >= 0 and isinstance(cells[arg], Input)))
                if passed > at:
                    at, start = passed, 0.0
                if ready[arg] - sharing.slot[member] == at:
                    start = max(start, time[arg])
        end = period if isinstance(cell, DSP_KINDS) else start + delay(cell, cells)
        if not isinstance(cell, DSP_KINDS) and end + REGISTER > period + 1e-9 and start > 0.0:
            at, end = at + 1, delay(cell, cells)
        for member in members[number]:
            stage[member] = at + sharing.slot[member]
            ready[member] = stage[member] + (dsp_stages - 1 if isinstance(cell, DSP_KINDS) else 0)
            time[member] = end
    _close_cascades(netlist, stage, ready)
    stages = max(ready[number] for number in netlist.outputs) + 1
    logic = [t for t, cell in zip(time, cells, strict=True) if not isinstance(cell, DSP_KINDS)]
    registers = places(netlist, sharing, stage, ready, stages)
    return Schedule(tuple(stage), registers, stages, max(logic) + REGISTER, sharing)


def _close_cascades(netlist: Netlist, stage: list[int], ready: list[int]) -> None:
    """Move the earlier blocks of a chain to the stages right before the last: the cascade has no registers."""
    users = netlist.uses()
    for number in range(len(netlist.cells) - 1, -1, -1):
        cell = netlist.cells[number]
        if not isinstance(cell, Mac) or cell.z is None:
            continue
        before = cell.z.arg
        if isinstance(netlist.cells[before], Mac) and len(users[before]) == 1:
            later = stage[number] - 1 - ready[before]
            stage[before] += later
            ready[before] += later
