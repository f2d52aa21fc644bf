"""The whole RTL flow for one network: Verilog, simulation against the reference, cells, hardware row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import Mismatch
from fpgajet.files import write_json
from fpgajet.fixed import from_real, to_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl.clock import ClockInterval, calibration, clock_interval
from fpgajet.rtl.design import RtlDesign, emit
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.simulate import Simulation
from fpgajet.rtl.synthesis import Cells, synthesise
from fpgajet.rtl.tools import available

LEVEL = "rtl-synthesis"
RESULT_FILE = "rtl.json"
#: GHDL interprets: this many jets take it seconds to a minute.
VHDL_JETS = 200


@dataclass(frozen=True)
class RtlResult:
    """What the flow found.

    Attributes:
        design: the Verilog, with its exact latency.
        cells: by logic synthesis, or None if it was not wanted.
        clock: interval of the achievable period, or None without cells.
        compared, differences: jets simulated against the reference, and how many scores differed.
        hardware: a row for the ``hardware`` list of a report.
    """

    design: RtlDesign
    cells: Cells | None
    clock: ClockInterval | None
    compared: int
    differences: int
    hardware: dict[str, Any]


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
        jets: raw inputs [jets, ...] to simulate; without them the caller does that with ``Simulation``.
        say: told about progress, a line at a time.

    Raises:
        MissingTool: a tool is missing; the message names all of them.
        Mismatch: the Verilog differs from the reference.
        BadInput, CannotWrite, ToolFailed: as in ``emit``, ``Simulation``, ``synthesise``.
    """
    design = emit(network, out_dir, clock_mhz, part, options)
    say(f"Verilog: {design.latency_cycles} cycles, {design.dsp} DSP, {design.registers} FF in {out_dir}")
    compared = differences = 0
    vhdl: dict[str, int] | None = None
    if jets is not None:
        compared, differences = len(jets), compare(network, Simulation(design), jets)
        say(f"simulated {compared} jets, a new one every clock: {differences} differences")
        vhdl = check_vhdl(network, design, jets, say)
    cells = synthesise(design, say) if synth else None
    result = RtlResult(
        design, cells, _clock(design, cells), compared, differences, hardware_row(design, cells)
    )
    facts = {"compared": compared, "differences": differences} | ({"vhdl": vhdl} if vhdl else {})
    write_json(out_dir / RESULT_FILE, {**facts, **result.hardware})
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
    from fpgajet.rtl.ghdl import VhdlSimulation

    some = np.concatenate([jets[: VHDL_JETS // 2], jets[-(VHDL_JETS - VHDL_JETS // 2) :]])[: len(jets)]
    differences = compare(network, VhdlSimulation(design), some)
    say(f"simulated {len(some)} jets in VHDL: {differences} differences")
    return {"compared": len(some), "differences": differences}


def compare(network: Network, simulation: Simulation, jets: NDArray[np.int64]) -> int:
    """How many jets [jets, ...] the Verilog scores differently from the integer reference."""
    wanted = network.reference(FixedArray(jets, network.input_type.fraction))[network.output.name].raw
    given = simulation.scores(jets)
    return int((given != wanted.reshape(len(jets), -1)).any(axis=1).sum())


@dataclass(frozen=True)
class Verilog:
    """The simulated Verilog as an implementation for the certificate; it shows the score only."""

    network: Network
    simulation: Simulation
    name: str = "verilog"

    def stages(self, jets: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """The score [jets, 1] as real numbers, from float32 jets before the input quantiser."""
        node = self.network.output
        raw = self.simulation.scores(from_real(jets, self.network.input_type))
        shape = (len(jets), *self.network.shapes()[node.name])
        return {node.name: to_real(raw, node.operator.output.fraction).reshape(shape)}


def _clock(design: RtlDesign, cells: Cells | None) -> ClockInterval | None:
    return clock_interval(cells.lut, design.slowest_stage_ns) if cells else None


def hardware_row(design: RtlDesign, cells: Cells | None) -> dict[str, Any]:
    """Hardware row: exact cycles; cells by Yosys or None; no BRAM, since every table is logic."""
    clock = _clock(design, cells)
    ff, packed = _ff_interval(design.registers)
    row: dict[str, Any] = {
        "level": LEVEL,
        "part": design.part,
        "clock_mhz": design.clock_mhz,
        "latency_cycles": design.latency_cycles,
        "latency_ns": round(design.latency_cycles * 1000.0 / design.clock_mhz, 3),
        "ii": design.ii,
        "lut": cells.lut if cells else None,
        "ff": design.registers,
        "dsp": design.dsp,
        "bram": 0,
        "carry8": cells.carry8 if cells else None,
        "intervals": {"ff": ff},
        "evidence": {
            "latency_cycles": "cycle-exact Verilog",
            "ff": f"registers between the stages, an upper bound: none packed into DSP blocks; {packed}",
        },
    }
    if cells and clock:
        ends = (clock.lower_ns, clock.upper_ns)
        lut, errors = _lut_interval(cells.lut)
        row["evidence"] |= {
            "lut": f"{cells.tool}, synth_xilinx -family xcup; {errors}",
            "dsp": "counted by construction, one for each product or multiply-accumulate: no error on the one RTL "
            "with public reports",
            "period_ns": clock.evidence,
        }
        row["intervals"] |= {
            "lut": lut,
            "period_ns": list(ends),
            "latency_ns": [round(design.latency_cycles * end, 1) for end in ends],
        }
    return row


def _lut_interval(lut: int) -> tuple[list[int], str]:
    """What Vivado may count after synthesis and after routing, from the one RTL with public reports."""
    known = calibration()["cells"]
    ratios = [known[step]["lut"] / known["yosys"]["lut"] for step in ("vivado_synth", "vivado_route")]
    synth, route = (1 / ratio - 1 for ratio in ratios)
    text = (
        f"{synth:+.0%} against Vivado 2025.1 synthesis and {route:+.0%} against its routed design on the one "
        "RTL with public reports; adders of three operands are not in it"
    )
    return [round(lut * ratio) for ratio in sorted(ratios)], text


def _ff_interval(registers: int) -> tuple[list[int], str]:
    """What Vivado may keep of the registers, from the same RTL."""
    known = calibration()["cells"]
    kept = known["vivado_route"]["ff"] / known["yosys"]["ff"]
    return [
        round(registers * kept),
        registers,
    ], f"Vivado 2025.1 keeps {kept:.0%} on the one RTL with public reports"
