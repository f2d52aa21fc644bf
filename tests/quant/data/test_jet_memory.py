"""Two million jets never lie in memory together: sparse files, whose unwritten chunks read as zeros."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import h5py
import pytest

JETS = 2_000_000
SLOTS = 32
LIMIT_MB = 1000

MEASURE = r"""
import re, sys
from pathlib import Path
from fpgajet.errors import BadInput
from quant.data.conversion.convert import convert
from quant.data.conversion.options import ConversionOptions as Options
from quant.data.describing.facts import describe
from quant.data.checking.validation import validate

what, path = sys.argv[1], Path(sys.argv[2])
if what == "info":
    assert describe(path)["jets"] == 2_000_000
elif what == "validate":
    assert [len(p.rows) for p in validate(path).problems if p.kind == "empty"] == [2_000_000]
else:
    try:
        convert([path], path.with_name("out.h5"), Options(constituents=200, drop_unphysical=True))
    except BadInput as error:
        assert "no jet to write" in str(error)
# not ru_maxrss, which remembers the process that this one was forked from
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def sparse(path: Path, arrays: dict[str, tuple[tuple[int, ...], str]]) -> None:
    with h5py.File(path, "w") as file:
        file.attrs.update({"layout": "fpgajet-jets", "layout_version": 1, "provenance": "{}"})
        file.attrs["classes"] = json.dumps(["QCD", "top"])
        for name, (tail, kind) in arrays.items():
            chunk = (1024, min(16, tail[0]), 4) if len(tail) == 2 else (1024, *tail)
            file.create_dataset(name, (JETS, *tail), kind, chunks=chunk, compression="gzip")


@pytest.mark.parametrize("what", ["info", "validate", "convert"])
def test_memory_stays_flat(what: str, tmp_path: Path) -> None:
    path = tmp_path / "sparse.h5"
    if what == "convert":
        sparse(path, {"Pmu": ((SLOTS, 4), "f4"), "Nobj": ((), "i2"), "is_signal": ((), "u1")})
        with h5py.File(path, "r+") as file:
            del file.attrs["layout"]
    else:
        arrays = {"constituents": ((SLOTS, 4), "f4"), "multiplicity": ((), "i2"), "label": ((), "u1")}
        sparse(path, {**arrays, "jet": ((4,), "f4")})
    command = [sys.executable, "-c", MEASURE, what, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert float(result.stdout) < LIMIT_MB
