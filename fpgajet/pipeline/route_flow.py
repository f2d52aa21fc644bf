"""Place and route with open tools on a directory that holds ``model.onnx``: ``fpgajet rtl --target``."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

from fpgajet.devices import chosen_clock
from fpgajet.devices.delays import delays_of
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.devices.open_parts import OpenPart, open_part
from fpgajet.errors import BadInput, Mismatch, ToolFailed
from fpgajet.files import write_json
from fpgajet.folders import exclusive
from fpgajet.ops.network import Network
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.certify import certify_build, describe_mismatch
from fpgajet.pipeline.certify_weights import refuse_registers
from fpgajet.pipeline.events import SEED, sample_events
from fpgajet.pipeline.implementations import netlist_implementations, netlist_name
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import note_written, path_digest
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.pipeline.reporting import refresh_report
from fpgajet.pipeline.rtl_flow import model_network, test_jets
from fpgajet.rtl import RtlOptions, VerilogSimulation, emit
from fpgajet.rtl.build import compare
from fpgajet.rtl.design import Circuit, scheduled
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.route.origins import origins
from fpgajet.rtl.route.routed import ROW_FILE, Routed, place_and_route
from fpgajet.rtl.schedule.pipeline import least_period
from fpgajet.rtl.tools.installed import require

#: Real jets and edge vectors that the netlist is simulated on, which takes a clock for each bit of a jet.
NETLIST_JETS, NETLIST_EDGES = 200, 300
CERTIFICATE = "certificate.json"
#: Seconds that one run of a tool may take.
TIMEOUT = 7200.0


@dataclass(frozen=True)
class RouteSettings:
    """How a design is placed and routed.

    Attributes:
        seeds: placements. timeout: seconds that one run of a tool may take.
    """

    seeds: int = 3
    timeout: float = TIMEOUT


DEFAULTS = RouteSettings()
#: A default period against the least that the slowest cell allows, and the clock for which that cell is looked for.
SLOWER, FIRST_MHZ = 1.1, 100.0


def family_options(options: RtlOptions, part: OpenPart) -> RtlOptions:
    """Options for a family with look-up tables of four inputs and plain multipliers.

    Adders of three operands in one level and chains inside DSP blocks are those of UltraScale. Products that find no
    multiplier go to look-up tables, unless the user has chosen; hardware that is shared serves ``ii`` of them.
    Registers are placed by the family's delays.
    """
    most = part.dsp * options.ii if options.max_dsp is None else options.max_dsp
    return replace(options, ternary=False, accumulate=False, max_dsp=most, delays=part.family)


def design_folder(build_dir: Path, part: OpenPart) -> Path:
    """Where the Verilog for a target, its netlist and the logs lie."""
    return BuildDirectory(build_dir).routed / part.name


def target_circuit(network: Network, part: OpenPart, clock_mhz: float, options: RtlOptions) -> Circuit:
    """The circuit of a network with registers for a clock of a target."""
    refuse_registers(network, "the flow of open tools")
    return scheduled(network, clock_mhz, family_options(options, part))


def default_clock(network: Network, part: OpenPart, options: RtlOptions) -> float:
    """Clock in MHz that registers are placed for where none is given: the family's, else near the fastest.

    More stages would gain no more than :data:`SLOWER`, because the slowest cell alone needs the rest of the period.
    """
    family = family_of(part)
    if family.clock_mhz is not None:
        return family.clock_mhz
    made = target_circuit(network, part, FIRST_MHZ, options)
    least = least_period(made.netlist, made.schedule.sharing, delays_of(part.family))
    return float(math.floor(1000.0 / least / SLOWER))


def run_route(
    build_dir: Path,
    target: str,
    *,
    clock_mhz: float | None,
    options: RtlOptions,
    jets: int,
    settings: RouteSettings = DEFAULTS,
    reporter: Reporter | None = None,
) -> Routed:
    """Verilog for a target in ``build_dir/routed/TARGET``, simulated, placed and routed.

    Args:
        target: name of a part in ``fpgajet/devices/data/open_parts.toml``.
        clock_mhz: what registers are placed for; by default see :func:`default_clock`.
        jets: how many are simulated against the reference; 0 leaves out all simulation. The netlist of cells (ECP5)
            gets a certificate of its own in ``routed/TARGET/certificate.json``.

    Raises:
        BadInput: no model, an unknown target, VHDL wanted.
        MissingTool, ToolFailed, Mismatch, BudgetMissed, CannotWrite: see
            :func:`fpgajet.rtl.route.routed.place_and_route`.
    """
    part, listener = open_part(target), reporter or Silent()
    if options.language != "verilog":
        raise BadInput("--target routes Verilog; leave --language away.")
    family = family_of(part)
    family.require()
    network = model_network(build_dir)
    require("alkaid", "yosys", *(["verilator", "g++"] if jets else []))
    clock = chosen_clock(clock_mhz, default_clock(network, part, options) if clock_mhz is None else clock_mhz)
    build, started = BuildDirectory(build_dir), time.perf_counter()
    folder = design_folder(build_dir, part)
    with exclusive(build_dir), reported(listener, "route"):
        circuit = target_circuit(network, part, clock, options)
        design = emit(network, folder, clock, part.name, family_options(options, part), circuit)
        listener.line(f"Verilog: {design.latency_cycles} cycles, {design.registers:,} FF in {folder}")
        if jets:
            differences = compare(network, VerilogSimulation(design), test_jets(network, jets))
            listener.line(f"simulated {jets} jets: {differences} differences")
            if differences:
                raise Mismatch(
                    f"The Verilog in {folder} gives another score than the reference for {differences} of {jets} jets."
                )
        found = place_and_route(
            design, part, clock, origins(network, circuit.netlist),
            seeds=settings.seeds, timeout=settings.timeout, say=listener.line,
        )  # fmt: skip
        if jets and part.family == "ecp5":
            found = certified_netlist(build, found, listener)
        _note(build, part.name, found.row, time.perf_counter() - started)
    return found


def certified_netlist(build: BuildDirectory, found: Routed, listener: Reporter) -> Routed:
    """Certify the netlist that was routed, on real jets and edge vectors; the row then says so.

    What executes the model takes part as far as it is installed, see
    :func:`fpgajet.pipeline.implementations.netlist_implementations`.

    Raises:
        Mismatch: an implementation gives another score than the reference.
        ToolFailed: there is no netlist.
    """
    target, artefacts = found.part.name, Artefacts(build)
    folder, network = design_folder(build.root, found.part), artefacts.network
    jets = sample_events(network, NETLIST_JETS)
    compared = netlist_implementations(artefacts, target)
    certificate = certify_build(artefacts, {"routed"}, jets, NETLIST_EDGES, SEED, registry=compared)
    if netlist_name(target) not in certificate.implementations:
        raise ToolFailed(f"{folder} holds no netlist of cells. Remove the folder and route again.")
    edges = certificate.total_events - len(jets)
    listener.line(
        f"certified the netlist of {target} on {len(jets)} jets and {edges} edge vectors: "
        f"{certificate.total_differences} differences"
    )
    write_json(folder / CERTIFICATE, certificate.document())
    if certificate.total_differences:
        raise Mismatch(
            f"the netlist that Yosys made of the Verilog in {folder}, or what executes the model, differs: "
            f"{describe_mismatch(certificate)} Please report this with the model."
        )
    row = found.row.as_dict()
    evidence = dict(row["evidence"])
    evidence["latency_cycles"] += (
        f"; the netlist of cells has the reference's score on {len(jets)} jets and {edges} edge vectors"
    )
    return replace(found, row=HardwareRow.model_validate(row | {"evidence": evidence}))


def _note(build: BuildDirectory, target: str, row: HardwareRow, seconds: float) -> None:
    """Put the row into the report of a build; a directory with only a model has none."""
    path = build.routed / target / ROW_FILE
    write_json(path, {"model": path_digest(build.model), "row": row.as_dict()})
    if build.record.is_file() and build.report.with_suffix(".json").is_file():
        note_written(build.root, f"route-{target}", str(path.relative_to(build.root)), seconds)
        refresh_report(Artefacts(build))
