"""The fitted constants of the model and how well they predict designs that were held out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from fpgajet.devices import Part
from fpgajet.devices.tables import build
from fpgajet.files import read_toml

SOURCE = Path(__file__).parent / "calibration.toml"


class Error(BaseModel):
    """How far one quantity is off on held-out designs.

    Attributes:
        spread: factor of the 80 % interval, value / spread ... value * spread.
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
    largest_in_logic: int = 10
    errors: dict[str, Error]
    assumed: dict[str, Error]

    def error(self, quantity: str, own: bool = True) -> Error:
        """The error of a quantity, for our own operators or for standard layers."""
        return self.errors[quantity] if own or quantity not in self.assumed else self.assumed[quantity]

    def spread(self, quantity: str, own: bool = True) -> float:
        """Factor of the 80 % interval of a quantity."""
        return self.error(quantity, own).spread

    def evidence(self, quantity: str, own: bool = True) -> str:
        """Where a quantity comes from, and its median error on held-out designs."""
        error = self.error(quantity, own)
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
