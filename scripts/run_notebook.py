#!/usr/bin/env python3
"""Execute docs/notebook/jets_to_verilog.py and write it, with its outputs, as .ipynb beside it.

    python scripts/run_notebook.py

The kernel works in a scratch folder, so that no path of the machine and no build is left behind.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

from fpgajet.files import write_text

SCRIPT = Path(__file__).parents[1] / "docs" / "notebook" / "jets_to_verilog.py"
#: Seconds that one cell may take.
LONGEST_CELL = 3600


def executed(script: Path, folder: Path) -> nbformat.NotebookNode:
    """The notebook of a script in percent format, run in ``folder``.

    Raises:
        CellExecutionError: a cell raised.
    """
    notebook = jupytext.read(script)
    client = NotebookClient(
        notebook,
        timeout=LONGEST_CELL,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=SCRIPT.with_suffix(".ipynb"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(SCRIPT, Path(folder))
    for number, cell in enumerate(notebook.cells):  # the same bytes for the same outputs
        cell["id"] = f"cell-{number}"
        cell.metadata = {}
    write_text(arguments.out, jupytext.writes(notebook, fmt="ipynb"))


if __name__ == "__main__":
    main()
