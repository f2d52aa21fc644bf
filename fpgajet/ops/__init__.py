"""The hardware operators, one file each, and the exact arithmetic they are written in.

To add an operator: one file here, one header in ``firmware/``, one line below, one test.
"""

from __future__ import annotations

from fpgajet.ops.constituent_mask import ConstituentMask
from fpgajet.ops.dot_products import DotProducts
from fpgajet.ops.lin_eq_2to0 import LinEq2to0
from fpgajet.ops.lin_eq_2to2 import LinEq2to2
from fpgajet.ops.log_dots import LogDots
from fpgajet.ops.operator import DOMAIN, Operator
from fpgajet.ops.trigger_dots import TriggerDots

OPERATORS: dict[str, type[Operator]] = {
    op.op_type: op for op in (ConstituentMask, DotProducts, TriggerDots, LogDots, LinEq2to2, LinEq2to0)
}

__all__ = [
    "DOMAIN",
    "OPERATORS",
    "ConstituentMask",
    "DotProducts",
    "LinEq2to0",
    "LinEq2to2",
    "LogDots",
    "Operator",
    "TriggerDots",
]
