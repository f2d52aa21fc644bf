"""The command line as on a machine where no package of any extra is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fpgajet.errors import EXTRAS

#: Runs `fpgajet` as on a machine where no package of any extra is installed.
LIGHT = """
import importlib.abc
import sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
sys.argv = ["fpgajet", *sys.argv[1:]]
from fpgajet.cli import main

main()
"""


def light(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    code = LIGHT.format(absent=sorted(EXTRAS))
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
