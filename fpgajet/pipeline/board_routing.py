"""What the open tools make of the Verilog of a board: netlist, routed design, bitstream."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from fpgajet.devices.open_parts import OpenPart
from fpgajet.export.board.package import BoardPackage
from fpgajet.files import write_bytes, write_errors
from fpgajet.rtl.route.families import family_of
from fpgajet.rtl.route.netlist import NETLIST, synthesise
from fpgajet.rtl.route.router import Run, pack, route
from fpgajet.rtl.tools.installed import yosys_name


@dataclass(frozen=True)
class Routing:
    """What tools work on: beside the export, where it stays if they fail.

    Attributes:
        timeout: seconds that one run of a tool may take.
    """

    package: BoardPackage
    part: OpenPart
    folder: Path
    timeout: float

    def prepare(self) -> None:
        """Make the folder."""
        constraints = self.package.constraints
        with write_errors(self.folder.parent):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self.folder / constraints, (self.package.folder / constraints).read_bytes())

    def synthesise(self) -> str:
        """Make the netlist, unless a run that was interrupted has done so with the same files."""
        package, part, folder = self.package, self.part, self.folder
        told = [family_of(part).synthesis, part.name, package.top, yosys_name()]
        digest = hashlib.sha256(repr(told).encode())
        for source in package.sources:
            digest.update(source.read_bytes())
        key, expected = folder / "netlist.key", digest.hexdigest().encode()
        if not key.is_file() or not (folder / NETLIST).is_file() or key.read_bytes() != expected:
            with write_errors(folder):
                key.unlink(missing_ok=True)
            synthesise(package.sources, package.top, part, folder, self.timeout)
            write_bytes(key, expected)
        return NETLIST

    def route(self, seed: int, clock_mhz: float, *, quick: bool) -> Run:
        """Place and route the netlist; ``quick`` does not work towards the clock."""
        constraints = self.package.constraints
        return route(self.folder, self.part, seed, clock_mhz, self.timeout, constraints, quick=quick)

    def pack(self, seed: int) -> None:
        """Bitstream and logs go into the export; the folder is removed."""
        to, work = self.package.folder, self.folder
        pack(work, self.part, to / family_of(self.part).bitstream)
        with write_errors(to):
            write_bytes(to / "route.log", (work / f"seed-{seed}.log").read_bytes())
            write_bytes(to / "synthesis.log", (work / "synthesis.log").read_bytes())
            shutil.rmtree(work)
