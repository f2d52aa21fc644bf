"""Weights in registers: implementations compared with the reference for other weights than those of the build."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.ops.registers import register_types, register_values, registers_of, with_values
from fpgajet.verify.certificate import Certificate
from fpgajet.verify.vectors import edge_vectors

if TYPE_CHECKING:
    from fpgajet.pipeline.artefacts import Artefacts

#: Sets of weights, the three at the beginning fixed; real jets and edge vectors on which each is compared.
SETS, JETS, EDGES = 16, 200, 100


def refuse_registers(network: Network, what: str) -> None:
    """For what knows constants only.

    Raises:
        BadInput: the network has weights in registers.
    """
    if registers_of(network):
        raise BadInput(
            f"{what} takes firmware whose weights are constants, and this one has weights in registers: build without "
            "--rewritable."
        )


def weight_sets(network: Network, seed: int) -> NDArray[np.int64]:
    """Raw weights [sets, registers]: those of the build, all at the lower and at the upper end, then random ones."""
    types, rng = register_types(network), np.random.default_rng(seed)
    random = [[rng.integers(t.lowest, t.highest + 1) for t in types] for _ in range(SETS - 3)]
    return np.array(
        [register_values(network), [t.lowest for t in types], [t.highest for t in types], *random], np.int64
    )


def certify_weights(
    build: Artefacts, flows: Collection[str], jets: NDArray[np.float32], seed: int, result: Certificate
) -> None:
    """Compare C++ and Verilog with the reference for several sets of weights, where they lie in registers.

    In the Verilog every jet has other weights than the one before it. What is found goes into ``result``.
    """
    network = build.network
    if not registers_of(network):
        return
    features = np.concatenate([jets[:JETS], *edge_vectors(network, EDGES, seed, jets[:JETS]).values()])
    raw, sets = from_real(features, network.input_type), weight_sets(network, seed)
    given = FixedArray(raw, network.input_type.fraction)
    kind, last = network.output.operator.output, network.output.name
    scores = np.stack(
        [
            with_values(network, row).reference(given)[last].at(kind.fraction).reshape(len(raw), -1)
            for row in sets
        ]
    )
    differences = {}
    if "hls" in flows:
        differences["csim"] = _cpp(build, features, sets, scores)
    if "rtl" in flows:
        differences["verilog"] = _verilog(build, raw, sets, scores, seed)
    for name, count in differences.items():
        result.differences[name] = result.differences.get(name, 0) + count
    result.weights = {"sets": len(sets), "events": len(raw), "differences": differences}


def _cpp(
    build: Artefacts, features: NDArray[np.float32], sets: NDArray[np.int64], scores: NDArray[np.int64]
) -> int:
    from fpgajet.hls.csim import CSimulation

    network = build.network
    steps = np.array([precision.lsb for precision in register_types(network)])
    csim, wrong = CSimulation(build.directory.project, build.library), 0
    for row, expected in zip(sets, scores, strict=True):
        csim.give_weights(row * steps)
        found = csim.stages(features)[network.output.name].reshape(len(features), -1)
        wrong += int((found != expected * network.output.operator.output.lsb).sum())
    return wrong


def _verilog(
    build: Artefacts, raw: NDArray[np.int64], sets: NDArray[np.int64], scores: NDArray[np.int64], seed: int
) -> int:
    jets = raw.reshape(len(raw), -1)
    which, event = (x.ravel() for x in np.indices((len(sets), len(jets))))
    order = np.random.default_rng(seed).permutation(len(which))
    which, event = which[order], event[order]
    shown = build.simulation.scores(np.concatenate([jets[event], sets[which]], axis=1))
    return int((shown != scores[which, event]).sum())
