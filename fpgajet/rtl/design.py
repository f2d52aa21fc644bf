"""From a network to a directory of Verilog: ``trace_network``, ``emit``."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from fpgajet.devices.delays import delays_of
from fpgajet.files import write_errors, write_text
from fpgajet.graph.classifiers import classifiers_of, features_digest
from fpgajet.ops.network import Network
from fpgajet.ops.registers import constants, register_types, register_values, registers_of
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import Sharing
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.passes.adders import adders
from fpgajet.rtl.passes.distances import merge_distances
from fpgajet.rtl.passes.flatten import flatten
from fpgajet.rtl.passes.limits import merge_limits
from fpgajet.rtl.passes.linear import share_equal_sums
from fpgajet.rtl.passes.lut_products import NARROW, products_as_rows
from fpgajet.rtl.passes.macs import accumulate_in_dsp
from fpgajet.rtl.passes.winograd import halve_products
from fpgajet.rtl.schedule.pipeline import Schedule, pipeline
from fpgajet.rtl.share.over_time import share_over_time
from fpgajet.rtl.signal_map import MAP_FILE, signal_map
from fpgajet.rtl.tools.installed import require
from fpgajet.rtl.write import weights
from fpgajet.rtl.write.classifiers import FILE, WRAPPERS, classifier_module, score_ports
from fpgajet.rtl.write.design import RtlDesign, write_design


def trace_network(network: Network, clock_mhz: float, options: RtlOptions | None = None) -> Netlist:
    """The circuit of a network, its sums shaped for a clock, but not yet scheduled.

    Raises:
        MissingTool: alkaid is not installed.
    """
    return circuit(network, clock_mhz, options)[0]


def circuit(network: Network, clock_mhz: float, options: RtlOptions | None = None) -> tuple[Netlist, Sharing]:
    """As :func:`trace_network`, with what shares hardware where ``options.ii`` is above 1."""
    require("alkaid")
    import numpy as np

    from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input
    from fpgajet.rtl.trace.tracing import from_symbols

    options = options or RtlOptions()
    arithmetic = AlkaidArithmetic(share_halves=options.halves)
    given = symbolic_input(network.input_shape, network.input_type)
    # What lies in registers comes in with the jet: values that change between two jets never meet within one.
    held = [symbolic_input(r.values.values.raw.shape, r.values.type) for r in registers_of(network)]
    symbols = iter(held)
    constant = constants(network, arithmetic.tensor, lambda _: next(symbols))
    result = network.evaluate(arithmetic, given, constant)[network.output.name]
    types = [network.input_type] * math.prod(network.input_shape) + register_types(network)
    inputs = arithmetic.concat([given.ravel(), *(one.ravel() for one in held)], -1) if held else given
    traced = from_symbols(inputs, types, np.ravel(result), network.output.operator.output)
    return improve(traced, clock_mhz, options)


def improve(netlist: Netlist, clock_mhz: float, options: RtlOptions) -> tuple[Netlist, Sharing]:
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
    operands, delays = 3 if options.ternary else 2, delays_of(options.delays)
    return adders(*share_over_time(netlist, options.ii), operands, 1000.0 / clock_mhz, delays)


@dataclass(frozen=True)
class Circuit:
    """What Verilog is written from: cells, and the registers between them."""

    netlist: Netlist
    schedule: Schedule


def scheduled(network: Network, clock_mhz: float, options: RtlOptions) -> Circuit:
    """The circuit of a network for a clock.

    Raises:
        MissingTool: alkaid is not installed.
        BadInput: the clock or the number of stages cannot be had.
    """
    netlist, sharing = circuit(network, clock_mhz, options)
    return Circuit(netlist, pipeline(netlist, clock_mhz, options.stages, sharing, delays_of(options.delays)))


def emit(
    network: Network,
    out_dir: Path,
    clock_mhz: float,
    part: str,
    options: RtlOptions | None = None,
    made: Circuit | None = None,
) -> RtlDesign:
    """Write pipelined Verilog of a network.

    Args:
        out_dir: gets ``fpgajet_top.v``, a file for each stage, our small library, ``design.json`` and
            ``signals.csv``.
        made: what :func:`scheduled` made of the same network, clock and options, where the caller keeps that.

    Raises:
        MissingTool: alkaid is not installed.
        BadInput: the clock or the number of stages cannot be had.
        CannotWrite: the directory cannot be written.
    """
    options = options or RtlOptions()
    made = made or scheduled(network, clock_mhz, options)
    with write_errors(out_dir):
        (out_dir / MAP_FILE).unlink(missing_ok=True)
    design = write_design(
        made.netlist,
        made.schedule,
        out_dir,
        clock_mhz,
        part,
        network.name,
        with_vhdl=options.language == "vhdl",
        threshold=options.threshold,
    )
    write_text(out_dir / MAP_FILE, signal_map(network, made.netlist, made.schedule))
    with write_errors(out_dir):
        shutil.rmtree(out_dir / WRAPPERS, ignore_errors=True)
    for name, text in wrappers(network, design).items():
        write_text(out_dir / WRAPPERS / name, text)
    return design


def wrappers(network: Network, design: RtlDesign) -> dict[str, str]:
    """Modules around the design, by file name: scores by the name of their run, and the registers of weights."""
    classifiers = classifiers_of(network)
    registers = registers_of(network)
    found = {}
    if len(classifiers) > 1 and not registers:
        found[FILE] = classifier_module(design.jet, design.score, classifiers, design.threshold)
    if registers:
        types, names = register_types(network), [name for register in registers for name in register.names()]
        bits_in = sum(shape.width for shape in design.jet[: -len(types)])
        outputs = score_ports(design.score, classifiers)
        values = register_values(network).tolist()
        found[weights.FILE] = weights.weights_module(bits_in, outputs, types, values, names)
        digest = int(features_digest(network)[:8], 16)
        found[weights.AXI_FILE] = weights.axi_lite_module(bits_in, outputs, types, digest)
    return found
