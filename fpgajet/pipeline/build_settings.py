"""What a user chooses for a build, on the command line or in a TOML file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from fpgajet.devices.clocks import HIGHEST_MHZ, LOWEST_MHZ
from fpgajet.errors import BadInput
from fpgajet.files import read_toml
from fpgajet.hls.backends import BACKENDS


def _known_backend(name: str) -> str:
    if name not in BACKENDS:
        raise PydanticCustomError("backend", "Input should be " + " or ".join(map(repr, BACKENDS)))
    return name


class BuildSettings(BaseModel):
    """Settings of ``fpgajet build``. Every field is a key of its configuration file, and its description is the
    help of the option with its name."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    model: str = Field(
        "npelican",
        min_length=1,
        description="Zoo name (`fpgajet models`), checkpoint directory, or quantised ONNX file (`docs/foreign.md`).",
    )
    shared_features: tuple[str, ...] = Field(
        (),
        description="Names of runs follow: one firmware with their common features and all their classifiers.",
    )
    rewritable: bool = Field(
        False,
        description="Weights of the last layer in registers, which can be written while the firmware runs.",
    )
    part: str = Field("xcvu9p", min_length=1, description="FPGA, short or full name (`fpgajet parts`).")
    budget: str = Field("cms-p2-ct-l2", min_length=1, description="Preset (`fpgajet budgets`) or TOML file.")
    clock_mhz: float | None = Field(
        None, ge=LOWEST_MHZ, le=HIGHEST_MHZ, description="Target clock; default: the budget's."
    )
    backend: Annotated[str, AfterValidator(_known_backend)] = Field(
        "vitis", description=f"hls4ml back end: {' or '.join(BACKENDS)}."
    )
    reuse_factor: int | None = Field(
        None, ge=1, description="Clocks between jets in HLS (hls4ml's ReuseFactor); default: --ii."
    )
    flow: Literal["all", "hls", "rtl"] = Field(
        "all", description="all (HLS, and RTL where its tools are installed), hls or rtl."
    )
    multipliers: Literal["dsp", "lut", "auto"] = Field("dsp", description="RTL products in dsp, lut or auto.")
    stages: int | None = Field(None, ge=1, description="RTL pipeline stages; default: by the clock.")
    ii: int = Field(
        1, ge=1, le=16, description="Clocks between jets, HLS and RTL; above 1 hardware is shared."
    )
    language: Literal["verilog", "vhdl"] = Field(
        "verilog", description="RTL in verilog; vhdl: VHDL-2008 of the same circuit as well."
    )
    threshold: int | None = Field(
        None, description="Write a decision bit beside the score: score >= threshold, as integers."
    )
    rate_khz: float | None = Field(
        None, gt=0, description="As --threshold, for this background rate; needs jets with cross sections."
    )
    luminosity: float = Field(7.5e34, gt=0, description="Per cm2 and s, for --rate-khz and max_rate_khz.")
    synth: bool = Field(True, description="Count the RTL's cells with Yosys (minutes).")
    prove: bool = Field(
        True,
        description="Prove Verilog and C++ for all inputs (nPELICAN up to 20 constituents, small foreign networks).",
    )
    jets: Path | None = Field(
        None,
        description="Labelled jets; default: the shipped sample. For an ONNX file: features, .npy or .npz.",
    )
    input_precision: str | None = Field(
        None, description="Precision of an ONNX file's input that has no quantiser, as ap_fixed<12,6>."
    )
    max_jets: int | None = Field(None, ge=2, description="Use only the first jets of the file.")
    edge_vectors: int = Field(50_000, ge=10, le=10_000_000, description="Edge vectors in the certificate.")
    test_bench_jets: int = Field(200, ge=1, description="Jets in the vendor tool's test bench.")
    seed: int = Field(20231216, ge=0, description="Seed of the edge vectors.")
    strict: bool = Field(
        False, description="A marginal verdict counts as missed; jets seen in training are refused."
    )

    @model_validator(mode="after")
    def _one_threshold(self) -> BuildSettings:
        if self.threshold is not None and self.rate_khz is not None:
            raise PydanticCustomError("threshold", "Give threshold or rate_khz, not both")
        return self

    @model_validator(mode="after")
    def _runs_or_model(self) -> BuildSettings:
        if self.shared_features and "model" in self.model_fields_set:
            raise PydanticCustomError("shared_features", "Give model or shared_features, not both")
        if self.rewritable and (self.threshold is not None or self.rate_khz is not None):
            raise PydanticCustomError("rewritable", "A threshold is that of one set of weights: leave it out")
        if len(self.shared_features) == 1:
            raise PydanticCustomError("shared_features", "Name two runs or more; one is built with model")
        return self

    @property
    def models(self) -> tuple[str, ...]:
        """What is built: several runs with common features, or one model."""
        return self.shared_features or (self.model,)

    @property
    def hls_ii(self) -> int:
        """Clocks between jets of the HLS design."""
        return self.ii if self.reuse_factor is None else self.reuse_factor


#: Settings that only a configuration file changes.
FILE_ONLY = frozenset({"test_bench_jets"})


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


def command_text(settings: BuildSettings, out: Path | None) -> str:
    """The command line that makes the same build; settings that only a file changes are left out."""
    words = ["fpgajet", "build"]
    for name, field in BuildSettings.model_fields.items():
        value, option = getattr(settings, name), name.replace("_", "-")
        if name in FILE_ONLY or (value == field.default and name not in ("model", "part")):
            continue
        if name == "shared_features" or (name == "model" and settings.shared_features):
            continue
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", str(value)]
    words += ["--out", str(out)] if out else []
    shared = settings.shared_features
    return shlex.join([*words, "--shared-features", *shared] if shared else words)
