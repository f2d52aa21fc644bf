"""The fitted constants of the model and how well they predict designs that were held out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fpgajet.devices import Part
from fpgajet.devices.tables import build
from fpgajet.files import read_toml

#: Operators that share their evidence: those of the calibrated firmware, variants of them, message passing, standard
#: layers. All but the first are assumed.
Group = Literal["fitted", "variant", "message", "standard"]

SOURCE = Path(__file__).parent / "calibration.toml"


class Error(BaseModel):
    """How far one quantity is off on held-out designs.

    Attributes:
        spread: factor of the 80 % range, value / spread ... value * spread.
        median_percent: median relative error on the held-out designs; ``designs``: how many there were.
        evidence: where the figure comes from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    spread: float
    median_percent: float
    designs: int
    evidence: str


class Calibration(BaseModel):
    """Constants of the model; ``calibration.toml`` says where each comes from.

    Attributes:
        largest_in_logic: bits of the widest factor of a product that stays in logic, see ``units.in_dsp``. Our
            Verilog has all products in DSPs: 0.
        stray_dsp_per_lut: DSPs that standard layers may take beyond those that are counted, for each LUT.
        groups: operators by the evidence that holds for them; ``errors``: of the group "fitted"; ``assumed``: set by
            hand for the other groups.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lut_scale: float
    lut_per_ebop: float
    lut_per_da_cost: float
    lut_per_shift_add: float
    ff_per_lut: float
    csynth_lut_scale: float
    csynth_ff_scale: float
    clock_uncertainty: float
    adder_ns: float
    product_ns: float
    cycles_per_ii: float
    period_base_ns: float
    period_ns_per_root_lut: float
    family_slowness: dict[str, float]
    speed_grade_step: float
    stray_dsp_per_lut: float
    largest_in_logic: int = 10
    groups: dict[Group, list[str]]
    errors: dict[str, Error]
    assumed: dict[Group, dict[str, Error]]

    def group(self, op_type: str, own: bool = True) -> Group:
        """Whose evidence holds for an operator; ``own``: it is one of ours, not a standard layer."""
        if not own:
            return "standard"
        return next((group for group, names in self.groups.items() if op_type in names), "message")

    def error(self, quantity: str, group: Group = "fitted") -> Error:
        """The error of a quantity for a group of operators."""
        return self.assumed.get(group, {}).get(quantity, self.errors[quantity])

    def spread(self, quantity: str, group: Group = "fitted") -> float:
        """Factor of the 80 % range of a quantity."""
        return self.error(quantity, group).spread

    def evidence(self, quantity: str, group: Group = "fitted") -> str:
        """Where a quantity comes from, and its median error on held-out designs, if there were any."""
        error = self.error(quantity, group)
        if not error.designs:
            return error.evidence
        return (
            f"{error.evidence}; median error {error.median_percent:.1f} % on {error.designs} held-out designs"
        )

    def slowness(self, part: Part) -> float:
        """Delay of the part's logic relative to UltraScale+ of speed grade -2."""
        return self.family_slowness[part.family] * (1.0 + self.speed_grade_step * (2 - part.speed_grade))


@cache
def calibration() -> Calibration:
    """The constants shipped with this version."""
    return build(Calibration, read_toml(SOURCE), SOURCE.name)
