"""The whole RTL flow for one network: Verilog, simulation against the reference, cells, hardware row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.errors import Mismatch
from fpgajet.files import write_json
from fpgajet.fixed import from_real, to_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.ops.registers import with_register_inputs
from fpgajet.rtl.clock import ClockInterval
from fpgajet.rtl.design import emit
from fpgajet.rtl.hardware import cautions, hardware_row, period_interval
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.tools.installed import available, require
from fpgajet.rtl.tools.simulation import Clocked, Simulation
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.tools.yosys import Cells, synthesise
from fpgajet.rtl.write.design import RESULT_FILE, RtlDesign
from fpgajet.verify.certificate import DECISION

#: GHDL interprets: this many jets take it seconds to a minute.
VHDL_JETS = 200
#: Jets that are simulated with resets among them too, and the seed of their clocks.
RESET_JETS, RESET_SEED = 1_000, 11


@dataclass(frozen=True)
class RtlResult:
    """What the flow found.

    Attributes:
        design: the Verilog, with its exact latency.
        cells: by logic synthesis, or None if it was not wanted.
        clock: interval of the achievable period, or None without cells.
        compared, differences: jets simulated against the reference, and how many scores differed.
        vhdl: the same of the VHDL, None where it was not simulated.
        hardware: a row for the ``hardware`` list of a report.
    """

    design: RtlDesign
    cells: Cells | None
    clock: ClockInterval | None
    compared: int
    differences: int
    vhdl: dict[str, int] | None
    hardware: HardwareRow


def build(
    network: Network,
    out_dir: Path,
    clock_mhz: float,
    part: str,
    *,
    options: RtlOptions | None = None,
    synth: bool = True,
    jets: NDArray[np.int64] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> RtlResult:
    """Write the Verilog of a network, simulate it, count its cells.

    Args:
        out_dir: gets the Verilog, ``design.json``, ``synthesis.json`` and ``rtl.json``.
        clock_mhz: clock that registers are placed for.
        part: short or full name, for the record; cells are those of UltraScale+.
        synth: whether to run Yosys (minutes the first time, nothing for unchanged stages).
        jets: raw inputs [jets, ...] to simulate; without them the caller does that with ``VerilogSimulation``.
        say: told about progress, a line at a time.

    Raises:
        MissingTool: a tool is missing; the message names all of them, and nothing has been written.
        Mismatch: the Verilog differs from the reference.
        BadInput, CannotWrite, ToolFailed: as in ``emit``, ``VerilogSimulation``, ``synthesise``.
    """
    require("alkaid", *(["verilator", "g++"] if jets is not None else []), *(["yosys"] if synth else []))
    design = emit(network, out_dir, clock_mhz, part, options)
    say(f"Verilog: {design.latency_cycles} cycles, {design.dsp} DSP, {design.registers} FF in {out_dir}")
    for warning in cautions(design):
        say(f"warning: {warning}")
    compared = differences = 0
    vhdl: dict[str, int] | None = None
    if jets is not None:
        compared, differences = len(jets), compare(network, VerilogSimulation(design), jets)
        pace = "clock" if design.ii == 1 else f"{design.ii} clocks"
        say(f"simulated {compared} jets, a new one every {pace}: {differences} differences")
        vhdl = check_vhdl(network, design, jets, say)
    cells = synthesise(design, say) if synth else None
    row, clock = hardware_row(design, cells), period_interval(design, cells)
    result = RtlResult(design, cells, clock, compared, differences, vhdl, row)
    facts = {"compared": compared, "differences": differences} | ({"vhdl": vhdl} if vhdl else {})
    write_json(out_dir / RESULT_FILE, {**facts, **result.hardware.as_dict()})
    if vhdl and vhdl["differences"]:
        raise Mismatch(
            f"The VHDL in {out_dir} gives another score than the reference for {vhdl['differences']} of "
            f"{vhdl['compared']} jets."
        )
    if differences:
        raise Mismatch(
            f"The Verilog in {out_dir} gives another score than the reference for {differences} of {compared} jets."
        )
    return result


def check_vhdl(
    network: Network, design: RtlDesign, jets: NDArray[np.int64], say: Callable[[str], None]
) -> dict[str, int] | None:
    """Jets simulated with GHDL and how many scores differ; None where there is no VHDL, or no GHDL, which is said."""
    ghdl = available()["ghdl"]
    if not design.vhdl:
        return None
    if not ghdl.present:
        say(f"VHDL is written but not simulated: there is no GHDL ({ghdl.install})")
        return None
    from fpgajet.rtl.tools.ghdl import VhdlSimulation

    some = np.concatenate([jets[: VHDL_JETS // 2], jets[-(VHDL_JETS - VHDL_JETS // 2) :]])[: len(jets)]
    differences = compare(network, VhdlSimulation(design), some)
    say(f"simulated {len(some)} jets in VHDL: {differences} differences")
    return {"compared": len(some), "differences": differences}


def compare(network: Network, simulation: Simulation, jets: NDArray[np.int64]) -> int:
    """How many jets [jets, ...] the Verilog scores differently from the integer reference.

    The first :data:`RESET_JETS` are streamed once more, with resets among them.

    Raises:
        Mismatch: a score is not valid when it should be, or is when it should not.
    """
    wanted = network.reference(FixedArray(jets, network.input_type.fraction))[network.output.name].raw
    rows = with_register_inputs(network, jets)
    wrong = _wrong(simulation.outcome(rows), wanted, simulation.design.threshold)
    again = rows[:RESET_JETS]
    clocks = len(again) * simulation.design.ii
    resets = np.random.default_rng(RESET_SEED).random(clocks) < 1 / (3 * simulation.design.latency_cycles)
    came, shown = simulation.stream(again, resets)
    wrong[came] |= _wrong(shown, wanted[came], simulation.design.threshold)
    return int(wrong.sum())


def _wrong(shown: Clocked, wanted: NDArray[np.int64], threshold: int | None) -> NDArray[np.bool_]:
    """By jet, whether score or decision is another."""
    wrong: NDArray[np.bool_] = (shown.scores != wanted.reshape(len(wanted), -1)).any(axis=1)
    if shown.decision is not None and threshold is not None:
        wrong |= shown.decision != (wanted.reshape(-1) >= threshold)
    return wrong


@dataclass(frozen=True)
class VerilogImplementation:
    """The simulated Verilog as an implementation of the network for the certificate.

    It shows the score, and the decision where the design has one.
    """

    network: Network
    simulation: Simulation
    name: str = "verilog"

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """The score [jets, 1] as real numbers, from float32 jets before the input quantiser; decision 0 or 1."""
        node = self.network.output
        raw = from_real(jets, self.network.input_type)
        shown = self.simulation.outcome(with_register_inputs(self.network, raw))
        shape = (len(jets), *self.network.shapes()[node.name])
        stages = {node.name: to_real(shown.scores, node.operator.output.fraction).reshape(shape)}
        if shown.decision is not None:
            stages[DECISION] = shown.decision.astype(np.float64).reshape(len(jets), 1)
        return stages
