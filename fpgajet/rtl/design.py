"""From a network to a directory of Verilog: ``trace``, ``emit``."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_errors, write_json, write_text
from fpgajet.ops.network import Network
from fpgajet.rtl.ir.builder import flatten
from fpgajet.rtl.ir.delays import DSP_KINDS
from fpgajet.rtl.ir.netlist import Format, Netlist
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.passes.adders import adders
from fpgajet.rtl.passes.distances import merge_distances
from fpgajet.rtl.passes.limits import merge_limits
from fpgajet.rtl.passes.linear import share_equal_sums
from fpgajet.rtl.passes.lut_products import NARROW, products_as_rows
from fpgajet.rtl.passes.macs import accumulate_in_dsp
from fpgajet.rtl.passes.winograd import halve_products
from fpgajet.rtl.schedule.pipeline import Schedule, pipeline
from fpgajet.rtl.schedule.registers import count_registers
from fpgajet.rtl.share.over_time import Folding, fold
from fpgajet.rtl.tools.installed import require

DESIGN_FILE = "design.json"
#: What simulation and synthesis of the design found; written last by :func:`fpgajet.rtl.build.build`.
RESULT_FILE = "rtl.json"
VHDL = "vhdl"
LIBRARY = Path(__file__).with_name("write") / "library"


@dataclass(frozen=True)
class RtlDesign:
    """Verilog on disk, with what is known exactly about it before any tool has run.

    Attributes:
        directory: holds ``sources`` and ``design.json``.
        sources: file names, ``fpgajet_top.v`` first.
        latency_cycles: clock edges from a jet at the input to its score at the output.
        ii: least number of clocks between jets.
        clock_mhz: the clock that registers were placed for.
        part: the part it was built for.
        registers: flip-flops between the stages and in the valid bits, see :mod:`fpgajet.rtl.schedule.registers`.
        dsp: DSP blocks.
        jet: format of every input in the order of the bus, lowest bits first.
        score: format of every output.
        vhdl: names of the files in the folder ``vhdl`` in the order of analysis, none if it was not asked for.
    """

    directory: Path
    sources: tuple[str, ...]
    latency_cycles: int
    ii: int
    clock_mhz: float
    part: str
    registers: int
    dsp: int
    slowest_stage_ns: float
    jet: tuple[Format, ...]
    score: tuple[Format, ...]
    vhdl: tuple[str, ...] = ()

    @classmethod
    def read(cls, directory: Path) -> RtlDesign:
        """Read a design back from its directory.

        Raises:
            BadInput: there is no design in it.
        """
        facts: dict[str, Any] = read_json(directory / DESIGN_FILE)
        try:
            facts |= {key: tuple(Format(*f) for f in facts[key]) for key in ("jet", "score")}
            facts |= {key: tuple(facts[key]) for key in ("sources", "vhdl")}
            return cls(**facts | {"directory": directory})
        except (KeyError, TypeError) as error:
            raise BadInput(
                f"{directory / DESIGN_FILE} was not written by this version of fpgajet."
            ) from error


def trace(network: Network, clock_mhz: float, options: RtlOptions | None = None) -> Netlist:
    """The circuit of a network, its sums shaped for a clock, but not yet scheduled.

    Raises:
        MissingTool: alkaid is not installed.
    """
    return circuit(network, clock_mhz, options)[0]


def circuit(network: Network, clock_mhz: float, options: RtlOptions | None = None) -> tuple[Netlist, Folding]:
    """As :func:`trace`, with what shares hardware where ``options.ii`` is above 1."""
    require("alkaid")
    import numpy as np

    from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input
    from fpgajet.rtl.trace.tracing import from_symbols

    options = options or RtlOptions()
    arithmetic = AlkaidArithmetic(share_halves=options.halves)
    given = symbolic_input(network.input_shape, network.input_type)
    result = network.evaluate(arithmetic, given, arithmetic.tensor)[network.output.name]
    types = [network.input_type] * math.prod(network.input_shape)
    traced = from_symbols(given, types, np.ravel(result), network.output.operator.output)
    return improve(traced, clock_mhz, options)


def improve(netlist: Netlist, clock_mhz: float, options: RtlOptions) -> tuple[Netlist, Folding]:
    """Rewrite a traced circuit for the cells of an FPGA; no bit of the result changes."""
    netlist = flatten(netlist)
    if options.share:
        netlist = share_equal_sums(netlist)
    if options.merge:
        netlist = merge_limits(merge_distances(netlist))
    if options.share:
        netlist = flatten(share_equal_sums(netlist))  # z_ij and z_ji are one signal now
    if options.winograd:
        netlist = halve_products(netlist)
    widest = {"dsp": 0, "auto": NARROW, "lut": None}[options.multipliers]
    netlist = flatten(products_as_rows(netlist, widest, options.max_dsp))
    if options.accumulate:
        netlist = accumulate_in_dsp(netlist)
    return adders(*fold(netlist, options.ii), 3 if options.ternary else 2, 1000.0 / clock_mhz)


def emit(
    network: Network, out_dir: Path, clock_mhz: float, part: str, options: RtlOptions | None = None
) -> RtlDesign:
    """Write pipelined Verilog of a network.

    Args:
        out_dir: gets ``fpgajet_top.v``, a file for each stage, our small library and ``design.json``.

    Raises:
        MissingTool: alkaid is not installed.
        BadInput: the clock or the number of stages cannot be had.
        CannotWrite: the directory cannot be written.
    """
    options = options or RtlOptions()
    netlist, folding = circuit(network, clock_mhz, options)
    schedule = pipeline(netlist, clock_mhz, options.stages, folding)
    return write_design(
        netlist, schedule, out_dir, clock_mhz, part, network.name, vhdl=options.language == "vhdl"
    )


def write_design(
    netlist: Netlist,
    schedule: Schedule,
    out_dir: Path,
    clock_mhz: float,
    part: str,
    title: str,
    *,
    vhdl: bool = False,
) -> RtlDesign:
    """Write the Verilog of a scheduled netlist, and with ``vhdl`` its VHDL too."""
    from fpgajet.rtl.write import verilog
    from fpgajet.rtl.write.vhdl import files

    texts = verilog.sources(netlist, schedule, title) | {
        path.name: path.read_text(encoding="utf-8") for path in sorted(LIBRARY.glob("*.v"))
    }
    vhdl_texts = files(netlist, schedule, title, LIBRARY) if vhdl else {}
    written = texts | {f"{VHDL}/{name}": text for name, text in vhdl_texts.items()}
    # What was found out about another design must not stand beside this one, should this run end early.
    _remove_stale(out_dir, written)
    for file, text in written.items():
        write_text(out_dir / file, text)
    design = RtlDesign(
        out_dir,
        tuple(texts),
        schedule.stages,
        schedule.folding.ii,
        clock_mhz,
        part,
        count_registers(netlist, schedule),
        sum(
            cell.kind in DSP_KINDS and schedule.folding.leader[n] == n for n, cell in enumerate(netlist.cells)
        ),
        round(schedule.longest_ns, 3),
        netlist.inputs,
        tuple(netlist.cells[n].format for n in netlist.outputs),
        tuple(vhdl_texts),
    )
    facts = {key: value for key, value in asdict(design).items() if key != "directory"}
    write_json(out_dir / DESIGN_FILE, facts)
    return design


def _remove_stale(out_dir: Path, kept: Collection[str]) -> None:
    """Remove what is known of an earlier design, and its files that this one has not."""
    stale = [*out_dir.glob("fpgajet_stage_*.v"), *(out_dir / VHDL).glob("fpgajet_*.vhd")]
    with write_errors(out_dir):
        for path in [out_dir / DESIGN_FILE, out_dir / RESULT_FILE, *stale]:
            if str(path.relative_to(out_dir)) not in kept:
                path.unlink(missing_ok=True)
        if (out_dir / VHDL).is_dir() and not any((out_dir / VHDL).iterdir()):
            (out_dir / VHDL).rmdir()
