"""The fitted constants of the model and how well they predict designs that were held out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from fpgajet.devices import Part
from fpgajet.devices.tables import build, read_toml

SOURCE = Path(__file__).parent / "calibration.toml"


class Error(BaseModel):
    """How far one quantity is off: ``spread`` is the factor of the 80 % interval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    spread: float
    evidence: str


class Calibration(BaseModel):
    """Constants of the model; see ``calibration.toml`` for where each comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dsp_least_bits: int
    lut_per_adder_bit: float
    lut_per_product_bit: float
    lut_per_selector_bit: float
    lut_per_shared_product: float
    ff_per_bit: float
    csynth_lut_factor: float
    usable_period: float
    adder_ns: float
    product_ns: float
    period_base_ns: float
    period_per_log2_lut_ns: float
    family_slowness: dict[str, float]
    errors: dict[str, Error]

    def spread(self, quantity: str) -> float:
        """Factor of the 80 % interval of a quantity."""
        return self.errors[quantity].spread

    def evidence(self, quantity: str) -> str:
        """Where the figure comes from and how far it is off."""
        return self.errors[quantity].evidence

    def slowness(self, part: Part) -> float:
        """Delay of the part's logic relative to UltraScale+ of speed grade -2."""
        return self.family_slowness[part.family] * (1.0 + 0.12 * (2 - part.speed_grade))


@cache
def calibration() -> Calibration:
    """The constants shipped with this version."""
    return build(Calibration, read_toml(SOURCE), SOURCE.name)
