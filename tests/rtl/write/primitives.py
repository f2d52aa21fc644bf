"""Modules of our library as they are synthesised, from AMD's primitives, against plain Verilog."""

from __future__ import annotations

from pathlib import Path

from fpgajet.processes import run
from fpgajet.rtl.readback.branches import PRIMITIVES
from fpgajet.rtl.tools.installed import verilator_root
from fpgajet.rtl.write.design import LIBRARY
from tests.rtl.conftest import need

MAIN = """
#include "Vtop.h"
#include "verilated.h"
#include <random>
int main() {
  VerilatedContext context; Vtop top(&context); std::mt19937 rng(1);
  for (int i = 0; i < 20000; i++) {
    top.a = rng() & 0x7ffff; top.b = rng() & 0x7ffff; top.c = rng() & 0x7ffff; top.eval();
    if (top.wrong) return 3;
  }
  return 0;
}
"""


def agrees(folder: Path, lines: list[str], checks: int) -> bool:
    """Run a module body with inputs a, b, c of 19 bits that sets bit k of ``wrong`` where check k fails."""
    need("verilator", "g++")
    root = verilator_root()
    assert root is not None
    head = f"module top (input [18:0] a, b, c, output [{checks - 1}:0] wrong);"
    (folder / "top.v").write_text("\n".join([head, *lines, "endmodule", PRIMITIVES.read_text()]))
    (folder / "main.cpp").write_text(MAIN)
    verilator = [str(root / "bin" / "verilator_bin"), "--cc", "-DSYNTHESIS", "-Wno-fatal", "-Wno-lint"]
    verilator += ["--top-module", "top", "--Mdir", str(folder / "obj"), str(folder / "top.v")]
    sources = [str(path) for path in LIBRARY.glob("*.v") if path.name != "fpgajet_dsp.v"]
    done = run([*verilator, *sources], env={"VERILATOR_ROOT": str(root)})
    assert done.status == 0, done.output
    unit = folder / "all.cc"
    parts = [folder / "main.cpp", *(folder / "obj").glob("*.cpp")]
    parts += [root / "include" / name for name in ("verilated.cpp", "verilated_threads.cpp")]
    unit.write_text("".join(f'#include "{part}"\n' for part in parts))
    folders = [f"-I{path}" for path in (root / "include", root / "include" / "vltstd", folder / "obj")]
    done = run(["g++", "-std=c++17", "-w", *folders, str(unit), "-o", str(folder / "run")])
    assert done.status == 0, done.output
    return run([folder / "run"]).status == 0
