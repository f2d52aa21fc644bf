"""Hardware of a network of HGQ2: alkaid's Verilog, its cells by the recipe that counts ours, and its simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import read_json, sha256, write_json, write_text
from fpgajet.processes import program_threads
from fpgajet.rtl.clock import calibration, clock_interval
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.tools.yosys import count_cells, summary
from fpgajet.rtl.trace.tracing import shifted_bits_kept
from fpgajet.rtl.write.design import LIBRARY, RtlDesign

#: alkaid's delay model counts adders; two a stage are in the published designs of JEDI-linear, which the clock's
#: calibration is from.
ADDERS_A_STAGE = 2
CLOCK_MHZ, PART = 360.0, "xcvu13p"
NAME = "peer"
#: alkaid's adder of three operands for Yosys, which would make two of it, where Vivado does not.
TERNARY = Path(__file__).with_name("ternary_adder.v")
#: Numbers of a constituent as (sign, integer bits, fraction bits): the integers of the input form, scaled.
INPUT_KIF = np.array([(0, 3, 4), (1, 2, 6), (1, 2, 6)])
#: alkaid's top module behind the ports that our simulation drives. A valid bit goes along with every jet.
TOP = """\
module fpgajet_top (
  input clk, input rst, input valid_in, input [{jet}:0] jet, output valid_out, output [{score}:0] score
);
  reg [{last}:0] valid;
  always @(posedge clk) valid <= rst ? 0 : {{valid[{before}:0], valid_in}};
  assign valid_out = valid[{last}];
  {name}_wrapper peer (.clk(clk), .model_inp(jet), .model_out(score));
endmodule
"""


@dataclass(frozen=True)
class Hardware:
    """One design, a jet every clock.

    Attributes:
        lut, lut_by: by Yosys, or by the count of alkaid, which ``own_lut`` always is. dsp: counted by Yosys.
        ff: registers of the pipeline, without a valid bit. cycles: from a jet to its scores.
        period_low_ns, period_high_ns: 80 % interval of the period after placing.
        simulated: jets that were simulated with Verilator, and ``emulator_differences`` of their scores from alkaid's
        emulator. training_differences: of the emulator's scores for the same jets from those of keras.
    """

    lut: int
    lut_by: str
    dsp: int | None
    ff: int
    cycles: int
    period_low_ns: float | None
    period_high_ns: float | None
    own_lut: int
    simulated: int
    emulator_differences: int | None
    training_differences: int


def logic_of(model: Any) -> Any:
    """The network as alkaid's list of exact operations on the integers of the input form."""
    from alkaid.converter import trace_model
    from alkaid.trace import FVArray, HWConfig

    slots = model.input_shape[1]
    sign, integer, fraction = (np.broadcast_to(bits, (1, slots, 3)).astype(np.int8) for bits in INPUT_KIF.T)
    hardware, solver = HWConfig(1, -1, -1), {"hard_dc": 2}
    given = FVArray.from_kif(sign, integer, fraction, hardware, 0, solver)
    inputs, outputs = trace_model(model, hwconf=hardware, solver_options=solver, inputs=given)
    return traced(inputs, outputs)


def traced(inputs: Any, outputs: Any) -> Any:
    """alkaid's list of operations between two arrays of symbols, without the pass of its that misreads bits."""
    from alkaid.trace import trace

    with shifted_bits_kept():
        return trace(inputs, outputs)


def build(
    model: Any,
    jets: NDArray[np.float32],
    folder: Path,
    rtl: bool = True,
    say: Callable[[str], None] = print,
    jobs: int = 1,
) -> Hardware:
    """Write the Verilog of a network of HGQ2, count its cells and simulate it.

    Args:
        jets: inputs [jets, constituents, 3] to simulate. folder: gets alkaid's project.
        rtl: else nothing is counted or simulated, which takes minutes, and alkaid's own count stands for the cells.
        jobs: how many Yosys run side by side.
    """
    from alkaid.codegen import RTLModel

    logic = logic_of(model)
    period = 1000 / CLOCK_MHZ
    project = RTLModel(
        logic, folder, NAME, latency_cutoff=ADDERS_A_STAGE, print_latency=False, clock_period=period
    )
    project.write()
    flat = np.ascontiguousarray(jets.reshape(len(jets), -1).astype(np.float64))
    emulated = np.asarray(logic.predict(flat, n_threads=1)).reshape(len(jets), -1)
    predicted = np.asarray(model.predict(jets, batch_size=2500, verbose=0), np.float64)
    stages, own = len(project.fsm.logic), round(logic.cost)
    differences: int | None = None
    if rtl:
        cells = count(folder, stages, say, jobs)
        shown = simulate(project, folder, flat)
        differences = int((shown != emulated).any(axis=1).sum())
        say(f"simulated {len(jets)} jets in {folder}: {differences} differences")
    lut = summary(cells).lut if rtl else own
    clock = clock_interval(lut, calibration()["clock"]["stage_ns"])
    return Hardware(
        lut=lut,
        lut_by="Yosys" if rtl else "alkaid",
        dsp=sum(n for cell, n in cells.items() if "multiplier" in cell) if rtl else None,
        ff=int(project.reg_bits),
        cycles=stages + 1,
        period_low_ns=clock.lower_ns if rtl else None,
        period_high_ns=clock.upper_ns if rtl else None,
        own_lut=own,
        simulated=len(jets),
        emulator_differences=differences,
        training_differences=int((emulated != predicted).any(axis=1).sum()),
    )


def simulate(rtl: Any, folder: Path, flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores [jets, outputs] of alkaid's Verilog for inputs [jets, values], one jet a clock."""
    buses = []
    for signal in (
        *rtl.fsm.inp_signals,
        *rtl.fsm.out_signals,
    ):  # the wrapper gives all values of a bus one width
        sign, integer, fraction = np.max([tuple(p) for p in signal.precisions], axis=0)
        buses.append((Format(bool(sign), int(sign + integer + fraction), int(fraction)),) * signal.size)
    jet, score = buses
    cycles = len(rtl.fsm.logic) + 1
    width = {"jet": len(jet) * jet[0].width - 1, "score": len(score) * score[0].width - 1}
    write_text(
        folder / "src" / "fpgajet_top.v", TOP.format(**width, last=cycles - 1, before=cycles - 2, name=NAME)
    )
    sources = sorted((folder / "src").rglob("*.v"))
    design = RtlDesign(
        directory=folder,
        sources=tuple(str(path.relative_to(folder)) for path in sources),
        latency_cycles=cycles,
        ii=1,
        clock_mhz=CLOCK_MHZ,
        part=PART,
        registers=int(rtl.reg_bits),
        dsp=0,
        slowest_stage_ns=0.0,
        jet=jet,
        score=score,
    )
    raw = np.round(flat * 2.0 ** jet[0].fraction).astype(np.int64)
    return np.asarray(VerilogSimulation(design).scores(raw) * 2.0 ** -score[0].fraction, np.float64)


def count(folder: Path, stages: int, say: Callable[[str], None], jobs: int) -> Counter[str]:
    """Primitives of alkaid's project, stage by stage as those of our designs; a stage is counted once."""
    sources = folder.resolve() / "src"
    library = {path.stem: path for path in sorted((sources / "static").glob("*.v"))}
    blocks = [library.pop("multiplier")]
    tables = sources.glob(f"{NAME}_tables.v")  # alkaid writes it where a network has some
    rest = [*(library | {TERNARY.stem: TERNARY}).values(), LIBRARY / "fpgajet_ternary.v", *tables]
    kept = folder / "cells.json"
    known: dict[str, dict[str, int]] = read_json(kept) if kept.is_file() else {}

    def counted(stage: Path) -> dict[str, int]:
        cells = known.get(sha256(stage)) or count_cells(stage.stem, [stage, *rest], blocks)
        known[sha256(stage)] = cells
        write_json(kept, dict(known))
        say(f"synthesised {stage.stem}")
        return cells

    total: Counter[str] = Counter()
    with program_threads(jobs) as pool:
        for cells in pool.map(counted, [sources / f"logic{stage}.v" for stage in range(stages)]):
            total.update(cells)
    return total
