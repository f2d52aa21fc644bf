"""Pipeline stages: where the registers go."""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.errors import BadInput
from fpgajet.rtl.delays import DSP_KINDS, DSP_ONE_STAGE_MHZ, REGISTER, delay
from fpgajet.rtl.netlist import Kind, Netlist

#: ``stage`` of an input: it arrives before the first stage.
PORT = -1


@dataclass(frozen=True)
class Schedule:
    """Stage of every cell; a register follows every stage, so the latency is ``stages`` cycles.

    Attributes:
        stage: by cell, 0 .. stages - 1, or ``PORT`` for inputs and constants.
        last_use: by cell, the last stage that reads it, ``stages`` for outputs: it is held in a register
            after each of the stages ``stage`` .. ``last_use - 1``.
        stages: number of stages.
        longest_ns: modelled delay of the slowest stage, register included.
    """

    stage: tuple[int, ...]
    last_use: tuple[int, ...]
    stages: int
    longest_ns: float


def pipeline(netlist: Netlist, clock_mhz: float, stages: int | None = None) -> Schedule:
    """Place registers for a clock, or for a given number of stages, as evenly as the model allows.

    Raises:
        BadInput: no placement has the wanted number of stages, or a cell alone is slower than the clock.
    """
    dsp_stages = 1 if clock_mhz <= DSP_ONE_STAGE_MHZ else 2
    slowest = max(delay(netlist.cells, cell) for cell in netlist.cells) + REGISTER
    period = 1000.0 / clock_mhz
    if stages is None:
        if slowest > period:
            raise BadInput(
                f"A clock of {clock_mhz:g} MHz leaves {period:.2f} ns between registers, but one adder or table "
                f"of this network alone takes about {slowest:.2f} ns. Lower the clock or the bit widths."
            )
        wanted = _place(netlist, period, dsp_stages).stages
    else:
        wanted = stages
    low, high = slowest, max(slowest, 2 * sum(_levels(netlist)) + REGISTER)
    best = _place(netlist, high, dsp_stages)
    if best.stages > wanted or _place(netlist, low, dsp_stages).stages < wanted:
        fewest, most = best.stages, _place(netlist, low, dsp_stages).stages
        raise BadInput(f"This network can be cut into {fewest} to {most} stages, not into {wanted}.")
    while high - low > 0.005:
        middle = (low + high) / 2
        tried = _place(netlist, middle, dsp_stages)
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
        arrival.append(max((arrival[arg] for arg in cell.args), default=0.0) + delay(netlist.cells, cell))
    return [max(arrival)]


def _place(netlist: Netlist, period: float, dsp_stages: int) -> Schedule:
    """Every cell as early as it can be with at most ``period`` ns from register to register."""
    stage: list[int] = []  # where a cell is computed
    ready: list[int] = []  # the last stage it takes: later than ``stage`` only in a two-stage DSP
    time: list[float] = []  # ns into that stage
    for cell in netlist.cells:
        if cell.kind in (Kind.INPUT, Kind.CONSTANT):
            at, end = PORT, 0.0
        elif cell.kind in DSP_KINDS:
            # A DSP reads registers, or the ports, which come from registers, and ends in one.
            at, end = max(ready[arg] for arg in cell.args) + 1, period
        else:
            at = max(0, *(ready[arg] for arg in cell.args))
            start = max(time[arg] if ready[arg] == at else 0.0 for arg in cell.args)
            end = start + delay(netlist.cells, cell)
            if end + REGISTER > period + 1e-9 and start > 0.0:
                at, end = at + 1, delay(netlist.cells, cell)
        stage.append(at)
        ready.append(at + dsp_stages - 1 if cell.kind in DSP_KINDS else at)
        time.append(end)
    _close_cascades(netlist, stage, ready)
    stages = max(ready[number] for number in netlist.outputs) + 1
    last_use = list(ready)
    for number, cell in enumerate(netlist.cells):
        for arg in cell.args:
            last_use[arg] = max(last_use[arg], stage[number])
    for number in netlist.outputs:
        last_use[number] = stages
    logic = [t for t, cell in zip(time, netlist.cells, strict=True) if cell.kind not in DSP_KINDS]
    return Schedule(tuple(stage), tuple(last_use), stages, max(logic) + REGISTER)


def _close_cascades(netlist: Netlist, stage: list[int], ready: list[int]) -> None:
    """Move the earlier blocks of a chain to the stages right before the last: the cascade has no registers."""
    users = netlist.uses()
    for number in range(len(netlist.cells) - 1, -1, -1):
        cell = netlist.cells[number]
        if cell.kind is not Kind.MAC or cell.mac.z is None:
            continue
        before = cell.mac.z.arg
        if netlist.cells[before].kind is Kind.MAC and len(users[before]) == 1:
            later = stage[number] - 1 - ready[before]
            stage[before] += later
            ready[before] += later
