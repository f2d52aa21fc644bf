"""Rows of tables about designs: a row is kept beside its Verilog and is taken again while that is unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet.files import read_json, sha256, write_json
from fpgajet.ops.network import Network
from fpgajet.pipeline.rtl_flow import test_jets
from fpgajet.rtl import RtlOptions, build, emit

#: Clock and part of every table of our own Verilog.
CLOCK_MHZ = 320.0
PART = "xcvu9p"
#: Beside the Verilog of a design.
ROW = "row.json"


def counted(
    network: Network, folder: Path, clock_mhz: float, part: str, switches: RtlOptions, jets: int
) -> dict[str, Any]:
    """What ``rtl.json`` says of a design, simulated on so many jets; not built again while its Verilog is the same.

    ``latency_ns_low`` and ``latency_ns_high`` are the ends of the 80 % interval.
    """
    if (folder / ROW).is_file():
        emit(network, folder, clock_mhz, part, switches)
        if row := known_row(folder, jets=jets):
            return row
    result = build(network, folder, clock_mhz, part, options=switches, jets=test_jets(network, jets))
    row = {"jets": result.compared, "differences": result.differences} | result.hardware.as_dict()
    row["latency_ns_low"], row["latency_ns_high"] = row["intervals"]["latency_ns"]
    return keep_row(folder, row, jets=jets)


def known_row(folder: Path, **facts: int) -> dict[str, Any] | None:
    """The row in the folder of a design, if it was found for this Verilog and these facts."""
    if not (folder / ROW).is_file():
        return None
    known = read_json(folder / ROW)
    same = known.get("verilog") == digests(folder) and known.get("facts") == facts
    return dict(known["row"]) if same else None


def keep_row(folder: Path, row: dict[str, Any], **facts: int) -> dict[str, Any]:
    """Write a row beside its Verilog, for :func:`known_row`."""
    write_json(folder / ROW, {"verilog": digests(folder), "facts": facts, "row": row})
    return row


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every Verilog file of a design."""
    return {path.name: sha256(path) for path in sorted(folder.glob("*.v"))}
