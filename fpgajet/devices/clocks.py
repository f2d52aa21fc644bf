"""The range of clocks that make sense on an FPGA."""

from __future__ import annotations

from fpgajet.errors import BadInput

LOWEST_MHZ, HIGHEST_MHZ = 1.0, 1000.0


def chosen_clock(given: float | None, default: float) -> float:
    """The clock in MHz that was given, or ``default`` where none was.

    Raises:
        BadInput: it lies outside LOWEST_MHZ to HIGHEST_MHZ, or is no number; 0 is a number.
    """
    clock = default if given is None else given
    if not LOWEST_MHZ <= clock <= HIGHEST_MHZ:
        raise BadInput(
            f"a clock of {clock:g} MHz makes no sense: give {LOWEST_MHZ:g} to {HIGHEST_MHZ:g} MHz."
        )
    return clock
