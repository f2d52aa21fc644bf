"""Single operators as circuits of their own: traced, written as Verilog, counted by Yosys."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.ops.network import Tensor
from fpgajet.ops.operator import Operator, Shape
from fpgajet.rtl.design import improve
from fpgajet.rtl.options import RtlOptions
from fpgajet.rtl.schedule.pipeline import pipeline
from fpgajet.rtl.tools.yosys import Cells, synthesise
from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input
from fpgajet.rtl.trace.tracing import from_symbols
from fpgajet.rtl.write.design import write_design

#: What the HLS project describes: four products a pair, plain adders.
PLAIN = RtlOptions(winograd=False, accumulate=False, ternary=False)
#: Few registers, hence few runs of Yosys; they change where adders are cut, not how many there are.
SLOW_MHZ = 50.0


def count_operator(
    operator: Operator, inputs: Sequence[tuple[Shape, FixedType]], tensors: Mapping[str, Tensor]
) -> Cells:
    """Cells of one operator whose inputs can have every value of their types."""
    a = AlkaidArithmetic()
    given = [symbolic_input(shape, kind) for shape, kind in inputs]
    result = operator.forward(a, given, {name: a.tensor(tensor) for name, tensor in tensors.items()})
    everything = np.concatenate([np.asarray(x).ravel() for x in given])
    symbols = a._array(everything, everything.shape)
    types = [kind for shape, kind in inputs for _ in range(prod(shape))]
    netlist, _ = improve(from_symbols(symbols, types, np.ravel(result), operator.output), SLOW_MHZ, PLAIN)
    with tempfile.TemporaryDirectory() as folder:
        schedule = pipeline(netlist, SLOW_MHZ)
        return synthesise(write_design(netlist, schedule, Path(folder), SLOW_MHZ, "xcvu13p", "operator"))
