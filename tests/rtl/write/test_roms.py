"""Tables as look-up tables that bits share, against a case statement."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgajet.rtl.write.roms import pairs, table_bits, write_table
from fpgajet.rtl.write.syntax import Body
from fpgajet.rtl.write.verilog import VERILOG
from tests.rtl.write.primitives import agrees


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
