"""Proof that a circuit computes its network's score, for all inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.network import Network
from fpgajet.prove.proof import Level, Proof, prove_outputs
from fpgajet.rtl.design import Circuit, scheduled
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import netlist_scalars
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.write import verilog
from fpgajet.rtl.write.design import LIBRARY, RtlDesign
from fpgajet.scalars import scalar_network

WHAT = "netlist of the Verilog"


def prove_netlist(network: Network, netlist: Netlist, samples: NDArray[np.int64]) -> Proof:
    """Compare a netlist with its network for all inputs.

    Args:
        network: the reference.
        netlist: a circuit with the network's inputs, in C order, and its score.
        samples: raw inputs [events, inputs].
    """
    try:
        reference = scalar_network(network)
        found = netlist_scalars(netlist, reference.graph)
    except (NotImplementedError, ValueError) as error:
        return Proof(WHAT, Level.COMPARED, str(error))
    return prove_outputs(WHAT, reference, found, samples)


def prove_verilog(
    network: Network,
    design: RtlDesign,
    options: RtlOptions,
    samples: NDArray[np.int64],
    made: Circuit | None = None,
) -> Proof:
    """Prove the netlist from which Verilog was written, if the files are exactly what is written from it.

    Args:
        network: the reference.
        design: Verilog on disk.
        options: those that it was written with.
        samples: raw inputs [events, inputs].
        made: what the caller has made of the same network, clock and options.
    """
    made = made or scheduled(network, design.clock_mhz, options)
    changed = _changed(design.directory, verilog.sources(made.netlist, made.schedule, network.name))
    if changed:
        reason = (
            f"{changed} is not what this version of fpgajet writes from the model with the build's settings"
        )
        return Proof(WHAT, Level.COMPARED, reason)
    return prove_netlist(network, made.netlist, samples)


def _changed(directory: Path, texts: dict[str, str]) -> str:
    """The first file that differs from what would be written, empty if none does."""
    expected = texts | {path.name: path.read_text(encoding="utf-8") for path in LIBRARY.glob("*.v")}
    for name in sorted(expected.keys() | {path.name for path in directory.glob("*.v")}):
        path = directory / name
        if name not in expected or not path.is_file() or path.read_bytes() != expected[name].encode():
            return name
    return ""
