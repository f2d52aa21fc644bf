"""Fits to our own Verilog of message-passing operators and networks, counted by Yosys (``scripts/count_messages.py``).

The constant of shifts and adds comes from single layers with random weights; trained networks, which it has not
seen, then give the errors. Yosys counts 12 % more than Vivado on the one design where both are known
(docs/rtl.md), and no HLS report of such a network was at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from fpgajet.devices import part
from fpgajet.estimate.blocks import Block, blocks_of
from fpgajet.estimate.calibration import calibration
from fpgajet.estimate.figures import Estimate
from fpgajet.estimate.model import estimate_blocks
from fpgajet.estimate.units import Resources, resources
from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.collapse import collapse
from fpgajet.ops import Dense, EdgeDense, Operator
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Tensor, node_widths
from fpgajet.ops.operator import Shape
from studies.calibration.designs import read_rows
from studies.calibration.fits import Point, Result, leave_one_out, unfitted
from studies.variants.networks import resized, zoo_network

LAYERS, NETWORKS = "message_layers.csv", "message_networks.csv"
#: Shifts and adds at one LUT a bit; all products of two variables in DSPs, as our Verilog has them.
KNOWN = calibration().model_copy(update={"lut_per_shift_add": 1.0, "largest_in_logic": 0})


@dataclass(frozen=True)
class Layer:
    """A Dense on one point, or an EdgeDense on ``constituents`` (0: Dense), with random weights.

    Attributes:
        bits: of inputs and output. weight_bits: of weights. zeros: share of weights that are 0.
    """

    constituents: int
    inputs: int
    pair_inputs: int
    outputs: int
    bits: int
    weight_bits: int
    zeros: float
    seed: int

    @property
    def given(self) -> list[tuple[Shape, FixedType]]:
        """Shapes and types of the inputs."""
        precision = FixedType(False, self.bits, self.bits - 3, Rounding.FLOOR, Overflow.SAT)
        n = self.constituents
        if not n:
            return [((1, self.inputs), precision)]
        return [((n, self.inputs), precision), ((n, n, self.pair_inputs), precision)]

    @property
    def operator(self) -> Operator:
        """The layer, with ReLU."""
        output = FixedType(False, self.bits, self.bits - 3, Rounding.FLOOR, Overflow.SAT)
        if not self.constituents:
            return Dense(output, self.outputs, 1)
        return EdgeDense(output, self.inputs, self.outputs, 1, self.pair_inputs)

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Weights, normally distributed like trained ones, and biases that keep every output alive: half of the
        values are positive."""
        rng = np.random.default_rng(self.seed)
        shapes = self.operator.tensor_shapes(*(shape for shape, _ in self.given))
        precision = FixedType(
            True, self.weight_bits, self.weight_bits - 2, Rounding.HALF_EVEN, Overflow.SAT_SYM
        )
        bias = FixedType(True, 16, 8, Rounding.HALF_EVEN, Overflow.SAT)
        raw = np.rint(rng.normal(0, precision.highest / 2.5, shapes["weight"])).astype(np.int64)
        raw = np.clip(raw, -precision.highest, precision.highest) * (rng.random(raw.shape) >= self.zeros)
        middle = raw.sum(1) * precision.lsb * 4.0  # inputs lie between 0 and 8
        biases = np.rint(-middle / bias.lsb).astype(np.int64) + rng.integers(-100, 101, shapes["bias"])
        return {
            "weight": Tensor(FixedArray.of_type(raw, precision), precision),
            "bias": Tensor(FixedArray.of_type(biases, bias), bias),
        }

    @property
    def counted(self) -> Resources:
        """What the estimate counts, with shifts and adds at one LUT a bit."""
        operator, tensors, given = self.operator, self.tensors, self.given
        widths = {f"input{k}": precision for k, (_, precision) in enumerate(given)}
        widths |= {name: tensor.type for name, tensor in tensors.items()}
        values = {name: tensor.values for name, tensor in tensors.items()}
        widths |= node_widths(operator, given, tensors)
        units = operator.inventory_of([shape for shape, _ in given], widths, values)
        if units.shared is not None:  # on its own, a layer computes every pair
            units.shared = type(units.shared)(units.shared.lanes, units.shared.columns, 0)
        return resources(Block("layer", operator.op_type, (), units, 0), 1, KNOWN)


def layers() -> list[tuple[Layer, int]]:
    """Every counted layer with its LUTs."""
    found = []
    for row in read_rows(LAYERS):
        sizes = {name: int(row[name]) for name in Layer.__dataclass_fields__ if name != "zeros"}
        found.append((Layer(zeros=float(row["zeros"]), **sizes), int(row["lut"])))
    return found


@cache
def network(name: str, constituents: int) -> Network:
    """Weights and types of a zoo model at another number of constituents, as a build would make it."""
    trained = zoo_network(name)
    return collapse(trained if constituents == trained.input_shape[0] else resized(trained, constituents))


def whole(name: str, constituents: int) -> Resources:
    """What the estimate counts of a network, with shifts and adds at one LUT a bit."""
    parts = [resources(block, 1, KNOWN) for block in blocks_of(network(name, constituents))]
    return sum(parts[1:], parts[0])


def estimated(name: str, constituents: int) -> Estimate:
    """The estimate of a network with the shipped constants, its products where our Verilog has them."""
    known = calibration().model_copy(update={"largest_in_logic": 0})
    return estimate_blocks(
        blocks_of(network(name, constituents)), constituents, part("xcvu13p"), 360.0, known=known
    )


def fits() -> dict[str, Result]:
    """Shifts and adds of single layers; LUTs and DSPs of networks with that constant."""
    points = []
    for layer, lut in layers():
        used, name = layer.counted, f"{layer.inputs}+{layer.pair_inputs} -> {layer.outputs}"
        name += f", {layer.bits} x {layer.weight_bits} bits, seed {layer.seed}"
        points.append(Point(name, name, (lut - used.logic_lut) / used.shift_add_lut))
    fitted = leave_one_out("lut_per_shift_add", points)
    luts: list[Point] = []
    dsps: list[Point] = []
    for row in read_rows(NETWORKS):
        used = whole(row["model"], int(row["constituents"]))
        expected = used.logic_lut + fitted.value * used.shift_add_lut
        name = f"{row['model']} at N = {row['constituents']}"
        luts.append(Point(name, row["model"], int(row["lut"]) / expected))
        dsps.append(Point(name, row["model"], int(row["dsp"]) / used.dsp))
    return {
        "shift_add_lut": fitted,
        "message_lut": unfitted("message networks", luts),
        "message_dsp": unfitted("message networks", dsps),
    }
