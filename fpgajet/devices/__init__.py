"""FPGA parts and trigger budgets: data files and their loaders."""

from __future__ import annotations

from fpgajet.devices.budgets import DEFAULT_BUDGET, Budget, Guards, budget, budgets
from fpgajet.devices.clocks import chosen_clock
from fpgajet.devices.parts import RESOURCES, Part, part, parts

__all__ = [
    "DEFAULT_BUDGET",
    "RESOURCES",
    "Budget",
    "Guards",
    "Part",
    "budget",
    "budgets",
    "chosen_clock",
    "part",
    "parts",
]
