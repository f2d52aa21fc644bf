"""The hardware row of a design: every figure with how it is known, and intervals where it is not exact."""

from __future__ import annotations

from typing import Any

from fpgajet.devices import part as find_part
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.rtl.clock import ClockInterval, calibration, clock_interval
from fpgajet.rtl.tools.yosys import Cells
from fpgajet.rtl.write.design import RtlDesign

#: Levels of the row: with the cells counted by Yosys, and without.
SYNTHESIS, UNCOUNTED = "rtl-synthesis", "rtl"
#: Families that have the CARRY8 which the Verilog of ``library`` names.
FAMILIES = ("UltraScale+", "Zynq UltraScale+", "UltraScale")
NOT_COUNTED = "not counted: Yosys was not run"


def period_interval(design: RtlDesign, cells: Cells | None) -> ClockInterval | None:
    """Interval of the achievable period, which needs the size of the design."""
    return clock_interval(cells.lut, design.slowest_stage_ns) if cells else None


def hardware_row(design: RtlDesign, cells: Cells | None) -> HardwareRow:
    """Hardware row: exact cycles; cells by Yosys or None; no BRAM, since every table is logic."""
    clock = period_interval(design, cells)
    ff, packed = _ff_interval(design.registers)
    row: dict[str, Any] = {
        "level": SYNTHESIS if cells else UNCOUNTED,
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
            "latency_ns": f"the cycles at {design.clock_mhz:g} MHz, if the clock is reached",
            "ii": "by construction",
            "lut": NOT_COUNTED,
            "ff": f"registers between the stages, an upper bound: none packed into DSP blocks; {packed}",
            "dsp": "counted by construction, one for each product or multiply-accumulate: no error on the one RTL "
            "with public reports",
            "bram": "by construction: every table is logic",
            "carry8": NOT_COUNTED,
        },
    }
    evidence = row["evidence"]
    if cells and clock:
        ends = (clock.lower_ns, clock.upper_ns)
        lut, errors = _lut_interval(cells.lut)
        evidence["lut"] = f"{cells.tool}, synth_xilinx -family xcup; {errors}"
        evidence["carry8"] = _carry_evidence(cells.tool)
        evidence["period_ns"] = clock.evidence
        evidence["latency_ns"] += "; in brackets the cycles at the ends of period_ns, an 80 % interval"
        row["intervals"] |= {
            "lut": lut,
            "period_ns": list(ends),
            "latency_ns": [round(design.latency_cycles * end, 1) for end in ends],
        }
    if warnings := cautions(design):
        evidence["latency_ns"] += "; " + "; ".join(warnings)
    return HardwareRow.model_validate(row)


def cautions(design: RtlDesign) -> list[str]:
    """Why this design will not run as it is described; nothing, as a rule."""
    found = []
    if design.slowest_stage_ns > 1000.0 / design.clock_mhz:
        found.append(
            f"{design.clock_mhz:g} MHz is not to be expected: the slowest stage takes about "
            f"{design.slowest_stage_ns:g} ns by the delay model"
        )
    family = find_part(design.part).family
    if family not in FAMILIES:
        found.append(
            f"no figure is for {design.part}: the Verilog names CARRY8 of UltraScale and UltraScale+, "
            f"which {family} lacks"
        )
    return found


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


def _carry_evidence(tool: str) -> str:
    """How carry blocks of 8 bits are known, from the same RTL."""
    known = calibration()["cells"]
    error = known["yosys"]["carry8"] / known["vivado_route"]["carry8"] - 1
    return (
        f"{tool}, half of its CARRY4; {error:+.0%} against Vivado 2025.1 on the one RTL with public reports"
    )


def _ff_interval(registers: int) -> tuple[list[int], str]:
    """What Vivado may keep of the registers, from the same RTL."""
    known = calibration()["cells"]
    kept = known["vivado_route"]["ff"] / known["yosys"]["ff"]
    text = f"Vivado 2025.1 keeps {kept:.0%} on the one RTL with public reports"
    return [round(registers * kept), registers], text
