"""The notebook: its script runs, and the executed one beside it belongs to that script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "notebook" / "jets_to_verilog.py"


@pytest.mark.slow
def test_the_script_runs_with_few_jets(tmp_path: Path) -> None:
    small = {"NOTEBOOK_JETS": "800", "NOTEBOOK_EPOCHS": "1", "NOTEBOOK_WORK": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=os.environ | small, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fpgajet_top.v" in done.stdout
    assert (tmp_path / "emulator" / "Makefile").is_file()


def test_the_executed_notebook_is_of_this_script() -> None:
    """`python scripts/run_notebook.py` makes it anew."""
    script, executed = jupytext.read(SCRIPT), nbformat.read(SCRIPT.with_suffix(".ipynb"), as_version=4)
    assert [(cell.cell_type, cell.source) for cell in executed.cells] == [
        (cell.cell_type, cell.source) for cell in script.cells
    ]
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    shown = [output for output in outputs if "text/html" in output.get("data", {})]
    assert len(shown) >= 6, "training, evaluation, estimate, report, proof and export show themselves"


def test_no_path_of_a_machine_is_in_it() -> None:
    text = SCRIPT.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert not [word for word in ("/tmp/", "/root/", "/home/", "/work/") if word in text]
