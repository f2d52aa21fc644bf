"""Choices of the RTL flow. Every one leaves every bit of the score as it is."""

from __future__ import annotations

from dataclasses import dataclass

from fpgajet.devices.delays import DEFAULT_DELAYS
from fpgajet.errors import BadInput
from fpgajet.rtl.ir.sharing import MOST_II

MULTIPLIERS = ("dsp", "lut", "auto")
LANGUAGES = ("verilog", "vhdl")


@dataclass(frozen=True)
class RtlOptions:
    """How a network becomes a circuit.

    Attributes:
        stages: wanted pipeline stages; None: as many as the clock needs.
        multipliers: products of two variables in DSP blocks, in look-up tables, or (auto) narrow ones in
            look-up tables and wide ones in DSP blocks.
        max_dsp: at most so many products in DSP blocks, the narrowest of the others in look-up tables.
        ii: clocks between jets; above 1, equal parts share hardware (:mod:`fpgajet.rtl.share.over_time`).
        threshold: also write a bit ``decision`` beside the score: score >= threshold, as integers.
        language: Verilog, or (vhdl) VHDL-2008 of the same circuit besides, in the folder ``vhdl``.
        halves: half an LSB of rounding added once where many results share it, in biases or tables, not to each
            of them (:mod:`fpgajet.rtl.trace.requantise`).
        share: equal sums once (:mod:`fpgajet.rtl.passes.linear`).
        merge: saturation, ReLU and masks of a value, and |a - b|, as cells of their own
            (:mod:`fpgajet.rtl.passes.limits`, :mod:`fpgajet.rtl.passes.distances`).
        winograd: inner products with half the products (:mod:`fpgajet.rtl.passes.winograd`).
        accumulate: add products up inside the DSP blocks (:mod:`fpgajet.rtl.passes.macs`).
        ternary: adders of three operands, one look-up table a bit (``fpgajet_ternary.v``).
        delays: family whose delays place the registers (:mod:`fpgajet.devices.delays`).

    Raises:
        BadInput: a value that is not one of the choices.
    """

    stages: int | None = None
    multipliers: str = "dsp"
    max_dsp: int | None = None
    ii: int = 1
    language: str = "verilog"
    threshold: int | None = None
    halves: bool = True
    share: bool = True
    merge: bool = True
    winograd: bool = True
    accumulate: bool = True
    ternary: bool = True
    delays: str = DEFAULT_DELAYS

    def __post_init__(self) -> None:
        if self.multipliers not in MULTIPLIERS:
            raise BadInput(f"--multipliers is one of {', '.join(MULTIPLIERS)}, not {self.multipliers!r}.")
        if self.language not in LANGUAGES:
            raise BadInput(f"--language is one of {', '.join(LANGUAGES)}, not {self.language!r}.")
        if self.max_dsp is not None and self.max_dsp < 0:
            raise BadInput(f"--max-dsp is at least 0, not {self.max_dsp}.")
        if not 1 <= self.ii <= MOST_II:
            raise BadInput(f"--ii is 1 to {MOST_II} clocks, not {self.ii}.")
        if self.stages is not None and self.stages < 1:
            raise BadInput(f"--stages is at least 1, not {self.stages}.")
