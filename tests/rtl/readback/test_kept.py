"""Files that the proof of the Verilog leaves: checked without fpgajet, and refused when one is another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fpgajet.rtl.readback.files import compare_files
from tests.rtl.conftest import needs_yosys
from tests.rtl.readback.conftest import Written

pytestmark = needs_yosys

CHECKER = Path(__file__).parents[3] / "scripts" / "check_proof.py"


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """The checker on a folder, in a Python that does not find fpgajet."""
    command = [sys.executable, "-P", "-S", "-c", _ALONE, str(CHECKER), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


_ALONE = """\
import sys, importlib.abc
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("fpgajet", "quant"):
            raise ImportError("the checker reads fpgajet")
sys.meta_path.insert(0, Refuse())
import site; site.main()
sys.argv = sys.argv[1:]
exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"))
"""


@pytest.mark.parametrize("written", [3], indirect=True)
def test_every_function_of_a_statement_is_checked(written: Written, tmp_path: Path) -> None:
    reading = compare_files(written.design, written.netlist, written.schedule, tmp_path)
    files = sorted(tmp_path.glob("*.json"))
    assert len(files) == reading.distinct > 30
    done = checked(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("1 values equal") == len(files)

    shifted = next(f for f in files if _with_another_shift(f))
    done = checked(tmp_path)
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines() if "NOT shown" in line] == [shifted.name]


def _with_another_shift(path: Path) -> bool:
    """Whether a file has a shift that one side alone reads, which is now one bit larger."""
    proof = json.loads(path.read_text())
    nodes, ((expected, found),) = proof["nodes"], proof["outputs"]

    def read(wanted: int) -> set[int]:
        return {wanted}.union(*(read(argument) for argument in nodes[wanted][1]))

    for place in sorted(read(expected) ^ read(found)):
        if nodes[place][0] == "shift":
            nodes[place][2][0] += 1
            path.write_text(json.dumps(proof))
            return True
    return False
