"""Only the module of the command that runs is imported; without one, all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from fpgajet import cli
cli._register(*sys.argv[1:])
named = [c.name for c in cli.app.registered_commands] + [g.name for g in cli.app.registered_groups]
print(len(named) == len(cli.COMMANDS), "fpgajet.cli.train" in sys.modules)
"""


@pytest.mark.parametrize(
    ("words", "said"), [(["parts"], "False False"), ([], "True True"), (["--help"], "True True")]
)
def test_what_is_imported(words: list[str], said: str) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
