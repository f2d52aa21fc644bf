"""Our small Verilog library as it is synthesised, from look-up tables and carry chains, against plain Verilog."""

from __future__ import annotations

from pathlib import Path

from tests.rtl.write.primitives import agrees


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
        sign = "signed" if signed else ""
        lines += [
            f"  wire {sign} [{w - 1}:0] a{k} = a, b{k} = b;",
            f"  wire [{w - 1}:0] y{k}, d{k} = a{k} < b{k} ? b{k} - a{k} : a{k} - b{k};",
            f"  fpgajet_distance #({w}, {signed}) x{k} (a{k}, b{k}, y{k});",
            f"  assign wrong[{k}] = y{k} != d{k};",
        ]
    assert agrees(tmp_path, lines, len(cases))
