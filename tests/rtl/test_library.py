"""Our small Verilog library as it is synthesised, from look-up tables and carry chains, against plain Verilog."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgajet.rtl import available
from fpgajet.rtl.tools.installed import verilator_root
from fpgajet.rtl.write.design import LIBRARY
from fpgajet.rtl.write.roms import pairs, table_bits, write_table
from fpgajet.rtl.write.syntax import Body
from fpgajet.rtl.write.verilog import VERILOG

#: What AMD's primitives do (UG974), as far as our library uses them.
PRIMITIVES = """
module LUT6_2 #(parameter [63:0] INIT = 0) (output O6, O5, input I0, I1, I2, I3, I4, I5);
  assign O6 = INIT[{I5, I4, I3, I2, I1, I0}];
  assign O5 = INIT[{1'b0, I4, I3, I2, I1, I0}];
endmodule
module LUT6 #(parameter [63:0] INIT = 0) (output O, input I0, I1, I2, I3, I4, I5);
  assign O = INIT[{I5, I4, I3, I2, I1, I0}];
endmodule
module MUXF7 (output O, input I0, I1, S);
  assign O = S ? I1 : I0;
endmodule
module MUXF8 (output O, input I0, I1, S);
  assign O = S ? I1 : I0;
endmodule
module CARRY8 (output [7:0] CO, O, input CI, CI_TOP, input [7:0] DI, S);
  wire [8:0] c = {CO, CI};
  genvar i;
  for (i = 0; i < 8; i = i + 1) assign CO[i] = S[i] ? c[i] : DI[i];
  assign O = S ^ c[7:0];
endmodule
"""
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
    root = verilator_root()
    if root is None or not available()["g++"].present:
        pytest.skip("needs verilator and g++")
    head = f"module top (input [18:0] a, b, c, output [{checks - 1}:0] wrong);"
    (folder / "top.v").write_text("\n".join([head, *lines, "endmodule", PRIMITIVES]))
    (folder / "main.cpp").write_text(MAIN)
    verilator = [str(root / "bin" / "verilator_bin"), "--cc", "-DSYNTHESIS", "-Wno-fatal", "-Wno-lint"]
    verilator += ["--top-module", "top", "--Mdir", str(folder / "obj"), str(folder / "top.v")]
    sources = [str(path) for path in LIBRARY.glob("*.v") if path.name != "fpgajet_dsp.v"]
    subprocess.run([*verilator, *sources], env={"VERILATOR_ROOT": str(root)}, check=True, capture_output=True)
    unit = folder / "all.cc"
    parts = [folder / "main.cpp", *(folder / "obj").glob("*.cpp")]
    parts += [root / "include" / name for name in ("verilated.cpp", "verilated_threads.cpp")]
    unit.write_text("".join(f'#include "{part}"\n' for part in parts))
    folders = [f"-I{path}" for path in (root / "include", root / "include" / "vltstd", folder / "obj")]
    subprocess.run(["g++", "-std=c++17", "-w", *folders, str(unit), "-o", str(folder / "run")], check=True)
    return subprocess.run([str(folder / "run")], check=False).returncode == 0


def test_ternary_adder(tmp_path: Path) -> None:
    cases = [(w, nb, nc) for w in (3, 8, 19) for nb in (0, 1) for nc in (0, 1)]
    lines = []
    for k, (w, nb, nc) in enumerate(cases):
        lines += [
            f"  wire [{w - 1}:0] y{k};",
            f"  fpgajet_ternary #({w}, {nb}, {nc}) t{k} (a[{w - 1}:0], b[{w - 1}:0], c[{w - 1}:0], y{k});",
            f"  wire [18:0] s{k} = a {'-+'[not nb]} b {'-+'[not nc]} c;",
            f"  assign wrong[{k}] = y{k} != s{k}[{w - 1}:0];",
        ]
    assert agrees(tmp_path, lines, len(cases))


def test_limit(tmp_path: Path) -> None:
    cases = [(5, 1, 1, 1), (6, 1, 0, 1), (7, 0, 2, 0), (1, 1, 0, 0), (8, 1, 2, 1), (4, 0, 1, 0)]
    lines = []
    for k, (w, overs, gates, kills) in enumerate(cases):
        number = overs + gates + kills
        over, gate, kill = overs and "b[0]", gates, kills and f"b[{overs + gates}]"
        opened = f"&b[{overs + gates - 1}:{overs}]" if gate else "1'b1"
        killed = f" & ~{kill}" if kill else ""
        limited = f"(a[{w - 1}:0]{f' | {{{w}{{{over}}}}}' if over else ''}) & {{{w}{{{opened}{killed}}}}}"
        lines += [
            f"  wire [{w - 1}:0] y{k};",
            f"  fpgajet_limit #({w}, {overs}, {gates}, {kills}) l{k} (a[{w - 1}:0], b[{number - 1}:0], y{k});",
            f"  assign wrong[{k}] = y{k} != ({limited});",
        ]
    assert agrees(tmp_path, lines, len(cases))


def test_distance(tmp_path: Path) -> None:
    cases = [(w, signed) for w in (1, 4, 9, 19) for signed in (0, 1)]
    lines = []
    for k, (w, signed) in enumerate(cases):
        kind = "signed" if signed else ""
        lines += [
            f"  wire {kind} [{w - 1}:0] a{k} = a, b{k} = b;",
            f"  wire [{w - 1}:0] y{k}, d{k} = a{k} < b{k} ? b{k} - a{k} : a{k} - b{k};",
            f"  fpgajet_distance #({w}, {signed}) x{k} (a{k}, b{k}, y{k});",
            f"  assign wrong[{k}] = y{k} != d{k};",
        ]
    assert agrees(tmp_path, lines, len(cases))


def test_tables(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    lines = []
    sizes = (1, 3, 5, 6, 7, 8, 9, 10)
    for k, size in enumerate(sizes):
        width = 6
        entries = rng.integers(0, 1 << width, 1 << size)
        entries[:] = (entries & ~3) | (
            np.arange(len(entries)) & 3
        )  # two bits that depend on few address bits
        rows = " ".join(f"{n}: w{k} = {entry};" for n, entry in enumerate(entries))
        body = Body()
        write_table(body, VERILOG, entries.tolist(), width, size, f"a{k}", f"y{k}")
        lines += [
            f"  wire [{size - 1}:0] a{k} = a; wire [{width - 1}:0] y{k}; reg [{width - 1}:0] w{k};",
            *body.lines,
            f"  always @* case (a{k}) {rows} endcase",
            f"  assign wrong[{k}] = y{k} != w{k};",
        ]
    assert agrees(tmp_path, lines, len(sizes))


def test_bits_that_share_address_bits_share_a_look_up_table() -> None:
    entries = [(n & 7) ^ (n >> 6 & 1) << 4 for n in range(128)]
    bits = table_bits(entries, 5, 7)
    assert [bit.support for bit in bits] == [(0,), (1,), (2,), (), (6,)]
    two, single = pairs([bit for bit in bits if bit.support])
    assert (len(two), len(single)) == (2, 0)
