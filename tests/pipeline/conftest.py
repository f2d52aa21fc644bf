"""Two builds that the tests of the pipeline share: the main job as it is, and a small one that they copy."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

#: Without Yosys, which takes minutes and has tests of its own in tests/rtl.
COMMAND = ["build", "--model", "npelican", "--part", "xcvu9p", "--no-synth"]
#: The same model, compared on fewer events and not proved: for tests that build, simulate or certify again.
SMALL = [*COMMAND, "--no-prove", "--max-jets", "1500", "--edge-vectors", "1500"]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main job as a user runs it; returns the build directory, which no test may change."""
    return shared_build(tmp_path_factory, COMMAND, "shared-build")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with fewer events, which no test may change either."""
    return shared_build(tmp_path_factory, SMALL, "small-build")


@pytest.fixture
def build_copy(small: Path, tmp_path: Path) -> Path:
    """A copy of the small build that a test may damage."""
    return Path(shutil.copytree(small, tmp_path / "copy"))


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch, fake_tool: Callable[[str, str], Path], tmp_path: Path) -> Path:
    """Notes every call in the file that it returns; the clock that it reports falls with the seed."""
    from fpgajet.files import write_text
    from fpgajet.pipeline import board_routing
    from fpgajet.rtl.route import families, routed
    from tests.rtl.route.test_router import REPORT

    calls = tmp_path / "calls"
    text = json.dumps(REPORT)
    script = f"""#!{sys.executable}
import json, sys
seed = int(sys.argv[sys.argv.index("--seed") + 1])
quick = "quick-" if "--no-tmdriv" in sys.argv else ""
open({str(calls)!r}, "a").write(f"{{quick}}{{seed}} ")
report = json.loads({text!r})
report["fmax"]["clk"]["achieved"] = 130.0 - 5 * seed
json.dump(report, open("report.json", "w"))
open("routed", "w").write("routed")
"""
    fake_tool("nextpnr-ecp5", script)
    monkeypatch.setitem(
        families.FAMILIES, "ecp5", replace(families.ECP5, module="fpgajet_has_no_such_package")
    )

    def synthesised(sources: object, top: str, part: object, folder: Path, timeout: object) -> dict[str, int]:
        for name in ("netlist.json", "netlist.v", "synthesis.log"):
            write_text(folder / name, top)
        return {}

    for module in (routed, board_routing):
        monkeypatch.setattr(module, "synthesise", synthesised)
    return calls


def shared_build(factory: pytest.TempPathFactory, command: list[str], name: str) -> Path:
    """The directory of a build that is made once; workers of pytest-xdist wait for the first to come."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder /= name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "stdout.json").exists():
            done = subprocess.run(
                [sys.executable, "-m", "fpgajet", *command, "--json"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "COLUMNS": "200"},
            )
            assert done.returncode == 0, done.stderr
            (folder / "stderr.txt").write_text(done.stderr)
            (folder / "stdout.json").write_text(done.stdout)
    (out,) = (folder / "builds").iterdir()
    return out
