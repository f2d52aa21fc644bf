"""Models of the zoo beside the peers: the same jets, one a clock, and cells counted by the same recipe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices import part as find_part
from fpgajet.estimate.blocks import blocks_of
from fpgajet.estimate.model import estimate_blocks
from fpgajet.files import read_json
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl.build import build
from quant.checkpoint import MODEL, open_checkpoint
from quant.checkpoint_network import built_network
from quant.zoo import resolve
from studies.peers.hardware import CLOCK_MHZ, PART
from studies.peers.jets import Inputs
from studies.peers.measuring import MOVED, SIMULATED
from studies.peers.rows import physics
from studies.peers.symmetry import symmetry


def raw(network: Network, momenta: NDArray[Any]) -> NDArray[np.int64]:
    """Integers that the network reads of four-momenta [jets, constituents, 4] in GeV."""
    return from_real(network.form.features(momenta), network.input_type)


def scores(network: Network, momenta: NDArray[Any]) -> NDArray[np.float64]:
    """Scores [jets, outputs] of the integer reference."""
    given = FixedArray(raw(network, momenta), network.input_type.fraction)
    real = network.reference(given)[network.output.name].real
    return np.asarray(real, np.float64).reshape(len(momenta), -1)


def measure(
    name: str, folder: Path | None, test: Inputs, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """The row of a model of the zoo, or of a run's directory.

    Args:
        folder: gets the Verilog; without one nothing is simulated, and the hardware is what ``scripts/table_widths.py``
            has counted and kept beside the checkpoint, or else estimated.
    """
    checkpoint = open_checkpoint(resolve(name))
    config, network = checkpoint.config, built_network(checkpoint)
    classes = classes_of(config)
    momenta = test.momenta[:, : config.constituents]
    if folder is not None:
        hardware = counted(network, folder, momenta[:SIMULATED], say)
    else:
        hardware = kept(checkpoint.path / "cells.json") or estimated(network)
    training = config.training
    return {
        "name": name,
        "model": Path(name).name,
        "tool": "fpgajet",
        "constituents": config.constituents,
        "classes": max(2, len(classes)),
        "seed": training.seed,
        "train_jets": training.data["train"][0].jets,
        "epochs": None,
        "train_cpu_s": None,
        **physics(test.label, scores(network, momenta), classes),
        "weight_bits": weight_bits(read_json(checkpoint.path / MODEL)["model"]["types"]),
        "ebops": None,
        **hardware,
        "ii": 1,
        **symmetry(lambda p: scores(network, p), momenta[:MOVED]),
        "training_differences": None,
    }


def counted(
    network: Network, folder: Path, momenta: NDArray[Any], say: Callable[[str], None]
) -> dict[str, Any]:
    """Hardware of the Verilog, which is simulated for these jets, with cells by Yosys."""
    result = build(network, folder, CLOCK_MHZ, PART, jets=raw(network, momenta), synth=True, say=say)
    assert result.cells is not None
    assert result.clock is not None
    return {
        "lut": result.cells.lut,
        "lut_by": "Yosys",
        "dsp": result.cells.dsp,
        "ff": result.design.registers,
        "cycles": result.design.latency_cycles,
        "period_low_ns": result.clock.lower_ns,
        "period_high_ns": result.clock.upper_ns,
        "simulated": result.compared,
        "emulator_differences": result.differences,
    }


def kept(path: Path) -> dict[str, Any] | None:
    """Hardware that Yosys has counted before; nothing was simulated."""
    if not path.is_file():
        return None
    found = read_json(path)
    low, high = found["intervals"]["period_ns"]
    return {
        "lut": found["lut"],
        "lut_by": "Yosys",
        "dsp": found["dsp"],
        "ff": found["ff"],
        "cycles": found["latency_cycles"],
        "period_low_ns": low,
        "period_high_ns": high,
        "simulated": None,
        "emulator_differences": None,
    }


def estimated(network: Network) -> dict[str, Any]:
    """Hardware by the estimate, at one jet a clock."""
    total = estimate_blocks(blocks_of(network), network.input_shape[0], find_part(PART), CLOCK_MHZ, 1).total
    return {
        "lut": round(total.lut.value),
        "lut_by": "estimate",
        "dsp": round(total.dsp.value),
        "ff": round(total.ff.value),
        "cycles": round(total.latency_ns.value * CLOCK_MHZ / 1000.0),
        "period_low_ns": None,
        "period_high_ns": None,
        "simulated": None,
        "emulator_differences": None,
    }


def classes_of(config: Any) -> tuple[str, ...]:
    """Names of the classes of a model; none where it tells top from QCD."""
    return tuple(config.model.class_names)


def weight_bits(types: dict[str, str]) -> float:
    """Mean over the tensors of weights of the width of their type."""
    widths = [
        int(match[1])
        for name, kind in types.items()
        if name.endswith("weight") and (match := re.search(r"<(\d+),", kind))
    ]
    return round(sum(widths) / len(widths), 2)
