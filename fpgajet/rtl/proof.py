"""Proof that a circuit computes its network's score, for all inputs."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network
from fpgajet.prove.limit import half_of_the_rest, limited
from fpgajet.prove.proof import Level, Proof, prove_outputs, up_to
from fpgajet.prove.search import near
from fpgajet.rtl.by_operator import ByOperator
from fpgajet.rtl.design import Circuit, scheduled
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import netlist_scalars
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.readback.files import Reading, compare_files, differing_event, whole_scalars
from fpgajet.rtl.readback.hierarchy import NotRead
from fpgajet.rtl.tools.installed import available
from fpgajet.rtl.write import verilog
from fpgajet.rtl.write.design import LIBRARY, RtlDesign
from fpgajet.scalars import scalar_network

WHAT = "netlist of the Verilog"
FILES = "Verilog files"
#: Inputs near the samples that are tried where files are not the netlist.
SEARCHED, SEED = 20_000, 17


def prove_netlist(network: Network, netlist: Netlist, samples: NDArray[np.int64]) -> Proof:
    """Compare a netlist with its network for all inputs: as a whole, and where that does not succeed by operators.

    Args:
        network: the reference.
        netlist: a circuit with the network's inputs, in C order, and its score.
        samples: raw inputs [events, inputs].
    """
    started = time.perf_counter()
    try:
        reference = scalar_network(network)
        found = netlist_scalars(netlist, reference.graph)
        with half_of_the_rest():
            proof = prove_outputs(WHAT, reference, found, samples)
    except (NotImplementedError, ValueError) as error:
        proof = Proof(WHAT, Level.COMPARED, str(error))
    if proof.level is not Level.COMPARED:
        return proof
    try:
        operators = ByOperator(network, scalar_network(network), netlist, samples).prove()
    except (NotImplementedError, ValueError) as error:
        return replace(proof, reason=f"{proof.reason}; by operators: {error}")
    level, reason = up_to(operators)
    if operators[-1].proved:
        # Values that are no signals are proved within the operators that read them.
        level, reason = Level.PROVED, ""
        operators = [replace(one, proved=True, reason="") for one in operators]
    return Proof(
        WHAT,
        level,
        reason,
        cuts=sum(o.cuts for o in operators),
        enumerations=sum(o.enumerations for o in operators),
        assignments=sum(o.assignments for o in operators),
        seconds=round(time.perf_counter() - started, 3),
        operators=tuple(operators),
    )


def prove_verilog(
    network: Network,
    design: RtlDesign,
    options: RtlOptions,
    samples: NDArray[np.int64],
    made: Circuit | None = None,
    keep: Path | None = None,
    seconds: float | None = None,
) -> Proof:
    """Prove that Verilog files compute their network's score for every jet.

    The files are read back and compared with the netlist, cell by cell and register by register, and the netlist with
    the network. Where the files are not the netlist, an input is searched for on which they differ from the network.
    Without Yosys the files must be byte for byte what is written from the netlist.

    Args:
        network: the reference.
        design: Verilog on disk.
        options: those that it was written with.
        samples: raw inputs [events, inputs]; ``event`` of a refuted proof counts in :func:`searched` of them.
        made: what the caller has made of the same network, clock and options.
        keep: folder that gets a file per function of a statement, which ``scripts/check_proof.py`` checks.
        seconds: that the comparison with the network may take; the files are read before.

    Raises:
        MissingTool: alkaid is not installed.
    """
    started = time.perf_counter()
    made = made or scheduled(network, design.clock_mhz, options)
    netlist, schedule = made.netlist, made.schedule
    if not available()["yosys"].present:
        texts = verilog.sources(netlist, schedule, network.name, design.threshold)
        changed = _changed(design.directory, texts)
        if changed:
            return Proof(WHAT, Level.COMPARED, f"{changed} was changed, and without Yosys no file is read")
        with limited(seconds):
            return prove_netlist(network, netlist, samples)
    reading = compare_files(design, netlist, schedule, keep)
    if reading.wrong:
        with limited(seconds):
            whole = _whole(network, reading, made, samples)
        if whole.level is not Level.COMPARED:
            seconds = round(time.perf_counter() - started, 3)
            reason = reading.problem if whole.level is Level.REFUTED else ""
            return replace(whole, reason=reason, cells=reading.cells, seconds=seconds)
    if reading.problem:
        event = _refuting(network, design, reading, searched(network, samples))
        seconds = round(time.perf_counter() - started, 3)
        level = Level.COMPARED if event is None else Level.REFUTED
        return Proof(FILES, level, reading.problem, seconds=seconds, event=event)
    with limited(seconds):
        proof = prove_netlist(network, netlist, samples)
    return replace(
        proof,
        what=FILES,
        cells=reading.cells,
        assignments=proof.assignments + reading.assignments,
        seconds=round(time.perf_counter() - started, 3),
    )


def _whole(network: Network, reading: Reading, made: Circuit, samples: NDArray[np.int64]) -> Proof:
    """Files with cells that are not the netlist's, which may be equal to the network all the same."""
    try:
        reference = scalar_network(network)
        found = whole_scalars(reading, made.netlist, made.schedule, reference.graph)
        return prove_outputs(FILES, reference, found, samples)
    except (NotRead, NotImplementedError, ValueError) as error:
        return Proof(FILES, Level.COMPARED, str(error))


def searched(network: Network, samples: NDArray[np.int64]) -> NDArray[np.int64]:
    """The samples, and inputs near them."""
    return np.concatenate([samples, near(samples, network.input_type, SEARCHED, SEED)])


def _refuting(network: Network, design: RtlDesign, reading: Reading, raw: NDArray[np.int64]) -> int | None:
    try:
        return differing_event(network, design, reading.modules, raw) if reading.modules else None
    except NotRead:
        return None


def _changed(directory: Path, texts: dict[str, str]) -> str:
    """The first file that differs from what would be written, empty if none does."""
    expected = texts | {path.name: path.read_text(encoding="utf-8") for path in LIBRARY.glob("*.v")}
    for name in sorted(expected.keys() | {path.name for path in directory.glob("*.v")}):
        path = directory / name
        if name not in expected or not path.is_file() or path.read_bytes() != expected[name].encode():
            return name
    return ""
