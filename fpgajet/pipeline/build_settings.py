"""What a build can be told, from the command line or from a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fpgajet.errors import BadInput
from fpgajet.files import read_toml


class BuildSettings(BaseModel):
    """Settings of ``fpgajet build``; every field is also a key of its configuration file.

    Attributes:
        model: name in the zoo, or a checkpoint directory.
        part: short or full part name.
        budget: preset, or the path of a TOML budget.
        clock_mhz: target clock; by default the budget's.
        backend: hls4ml back end.
        reuse_factor: initiation interval of the HLS design in clocks (hls4ml's ReuseFactor); by default ``ii``.
        flow: ``hls``, ``rtl``, or ``all``: HLS, and RTL where its tools are installed.
        multipliers: of the RTL flow, ``dsp``, ``lut`` or ``auto``.
        stages: pipeline stages of the RTL flow; by default what the clock needs.
        ii: the least number of clocks between jets, in both flows; above 1, hardware is shared.
        language: ``verilog``, or ``vhdl`` for VHDL-2008 of the same circuit besides.
        synth: count the cells of the RTL with Yosys (minutes).
        jets: jet file in fpgajet's layout; by default the shipped sample.
        max_jets: use only the first jets of the file.
        edge_vectors: how many edge vectors the certificate covers.
        test_bench_jets: how many jets the vendor tool's test bench gets.
        seed: of the edge vectors.
        strict: a marginal verdict counts as missed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    model: str = "npelican"
    part: str = "xcvu9p"
    budget: str = "cms-p2-ct-l2"
    clock_mhz: float | None = Field(default=None, gt=0, le=1000)
    backend: Literal["vitis", "vivado"] = "vitis"
    reuse_factor: int | None = Field(default=None, ge=1)
    flow: Literal["all", "hls", "rtl"] = "all"
    multipliers: Literal["dsp", "lut", "auto"] = "dsp"
    stages: int | None = Field(default=None, ge=1)
    ii: int = Field(default=1, ge=1, le=16)
    language: Literal["verilog", "vhdl"] = "verilog"
    synth: bool = True
    jets: Path | None = None
    max_jets: int | None = Field(default=None, ge=2)
    edge_vectors: int = Field(default=50_000, ge=10, le=10_000_000)
    test_bench_jets: int = Field(default=200, ge=1)
    seed: int = Field(default=20231216, ge=0)
    strict: bool = False

    @property
    def hls_interval(self) -> int:
        """Clocks between jets of the HLS design."""
        return self.reuse_factor or self.ii


def load_settings(config: Path | None, **given: Any) -> BuildSettings:
    """Settings from a TOML file, overridden by what was given on the command line (``None``: not given).

    Raises:
        BadInput: no such file, not TOML, an unknown key, or a value out of range; all of them named.
    """
    values = read_toml(config) if config is not None else {}
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return BuildSettings(**values)
    except ValidationError as error:
        known = ", ".join(BuildSettings.model_fields)
        faults = "; ".join(
            f"unknown key {'.'.join(map(str, e['loc']))!r} (known keys: {known})"
            if e["type"] == "extra_forbidden"
            else f"{'.'.join(map(str, e['loc']))} = {e['input']!r}: {e['msg']}"
            for e in error.errors()
        )
        source = f"{config}: " if config is not None else ""
        raise BadInput(f"{source}{faults}.") from error
