"""Constraint files: where the pins of a top module lie."""

from __future__ import annotations

from collections.abc import Mapping

from fpgajet.devices.open_parts import OpenPart


def constraint_file(part: OpenPart, pins: Mapping[str, str], clock: str, clock_mhz: float) -> tuple[str, str]:
    """Name and text of the constraint file of a part's family.

    Args:
        pins: location by port. clock: the port of the clock.
    """
    if part.family == "ecp5":
        lines = [f'FREQUENCY PORT "{clock}" {clock_mhz:g} MHZ;']
        for port, place in pins.items():
            lines += [f'LOCATE COMP "{port}" SITE "{place}";', f'IOBUF PORT "{port}" IO_TYPE=LVCMOS33;']
        return "board.lpf", "\n".join([*lines, ""])
    lines = []
    for port, place in pins.items():
        lines += [f'IO_LOC "{port}" {place};', f'IO_PORT "{port}" IO_TYPE=LVCMOS33;']
    return "board.cst", "\n".join([*lines, ""])
