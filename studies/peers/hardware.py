"""Hardware of a network of HGQ2: alkaid's Verilog, its cells by the recipe that counts ours, and its simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import write_text
from fpgajet.processes import program_threads
from fpgajet.rtl.clock import calibration, clock_interval
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.tools.yosys import count_cells, summary
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
    """One design.

    Attributes:
        lut, dsp: counted by Yosys. ff: registers of the pipeline, without a valid bit.
        cycles: from a jet to its scores; a jet every clock.
        period_ns: 80 % interval of the period after placing. own_lut: what alkaid itself expects.
        simulated: jets that were simulated with Verilator, with how many differences of their scores from alkaid's
        emulator and from keras.
    """

    lut: int
    dsp: int
    ff: int
    cycles: int
    period_ns: tuple[float, float]
    own_lut: int
    simulated: int
    emulator_differences: int
    training_differences: int


def logic_of(model: Any) -> Any:
    """The network as alkaid's list of exact operations on the integers of the input form."""
    from alkaid.converter import trace_model
    from alkaid.trace import FVArray, HWConfig, trace

    slots = model.input_shape[1]
    sign, integer, fraction = (np.broadcast_to(bits, (1, slots, 3)).astype(np.int8) for bits in INPUT_KIF.T)
    hardware, solver = HWConfig(1, -1, -1), {"hard_dc": 2}
    given = FVArray.from_kif(sign, integer, fraction, hardware, 0, solver)
    inputs, outputs = trace_model(model, hwconf=hardware, solver_options=solver, inputs=given)
    return trace(inputs, outputs)


def build(
    model: Any, jets: NDArray[np.float32], folder: Path, say: Callable[[str], None] = print, jobs: int = 1
) -> tuple[Hardware, NDArray[np.float64]]:
    """Write the Verilog of a network of HGQ2, count its cells and simulate it.

    Args:
        jets: inputs [jets, constituents, 3] to simulate. folder: gets alkaid's project.
        jobs: how many Yosys run side by side.

    Returns:
        What was found, and the simulated scores [jets, outputs].
    """
    from alkaid.codegen import RTLModel

    logic = logic_of(model)
    rtl = RTLModel(
        logic, folder, NAME, latency_cutoff=ADDERS_A_STAGE, print_latency=False, clock_period=1000 / CLOCK_MHZ
    )
    rtl.write()
    flat = np.ascontiguousarray(jets.reshape(len(jets), -1).astype(np.float64))
    emulated = np.asarray(logic.predict(flat, n_threads=1)).reshape(len(jets), -1)
    predicted = np.asarray(model.predict(jets, batch_size=2500, verbose=0), np.float64)
    shown = simulate(rtl, folder, flat)
    say(f"simulated {len(jets)} jets in {folder}")
    cells = count(folder, len(rtl.fsm.logic), say, jobs)
    counted = summary(cells)
    period = clock_interval(counted.lut, calibration()["clock"]["stage_ns"])
    found = Hardware(
        lut=counted.lut,
        dsp=sum(n for cell, n in cells.items() if "multiplier" in cell),
        ff=int(rtl.reg_bits),
        cycles=len(rtl.fsm.logic) + 1,
        period_ns=(period.lower_ns, period.upper_ns),
        own_lut=round(logic.cost),
        simulated=len(jets),
        emulator_differences=int((shown != emulated).any(axis=1).sum()),
        training_differences=int((shown != predicted).any(axis=1).sum()),
    )
    return found, shown


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
    return VerilogSimulation(design).scores(raw) / 2.0 ** score[0].fraction


def count(folder: Path, stages: int, say: Callable[[str], None], jobs: int) -> Counter[str]:
    """Primitives of alkaid's project, stage by stage as those of our designs."""
    sources = folder.resolve() / "src"
    library = {path.stem: path for path in sorted((sources / "static").glob("*.v"))}
    blocks = [library.pop("multiplier")]
    rest = [*(library | {TERNARY.stem: TERNARY}).values(), LIBRARY / "fpgajet_ternary.v"]
    logic = [sources / f"logic{stage}.v" for stage in range(stages)]
    total: Counter[str] = Counter()
    with program_threads(jobs) as pool:
        for stage, cells in zip(
            logic, pool.map(lambda path: count_cells(path.stem, [path, *rest], blocks), logic), strict=True
        ):
            say(f"synthesised {stage.stem}")
            total.update(cells)
    return total
