"""Tables in the docs are those that their result files give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from quant.metrics import auc
from studies.docs_tables import TABLES
from studies.docs_tables.firmware import OPTIONS
from studies.docs_tables.markers import ROOT, documents, markdown, names_in, rows_of, written
from studies.docs_tables.taggers import auc_error


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_tables_are_those_of_the_result_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert written(text, TABLES) == text, "run python scripts/write_docs_tables.py"


def test_every_table_is_shown() -> None:
    shown = {name for path in documents() for name in names_in(path.read_text(encoding="utf-8"))}
    assert shown == set(TABLES)


def test_the_script_agrees() -> None:
    command = [sys.executable, "scripts/write_docs_tables.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "nothing to do\n"), done.stderr


def test_only_what_stands_between_markers_changes() -> None:
    text = (
        "before\n<!-- table: a -->\n| old |\n<!-- end -->\nbetween\n<!-- table: b -->\n<!-- end -->\nafter\n"
    )
    found = written(text, {"a": lambda: "| 1 |\n| 2 |", "b": lambda: "| \\1 |"})
    first, second = (
        "<!-- table: a -->\n| 1 |\n| 2 |\n<!-- end -->",
        "<!-- table: b -->\n| \\1 |\n<!-- end -->",
    )
    assert found == f"before\n{first}\nbetween\n{second}\nafter\n"
    assert written(found, {"a": lambda: "| 1 |\n| 2 |", "b": lambda: "| \\1 |"}) == found


@pytest.mark.parametrize("text", ["<!-- table: a -->\n| 1 |\n", "<!-- table: unknown -->\n<!-- end -->\n"])
def test_bad_markers_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"end|unknown"):
        written(text, {"a": lambda: ""})


def test_columns_of_text_are_aligned_to_the_left() -> None:
    assert markdown(["name", "LUT", "<why"], [["a", 1, "b"]]) == (
        "| name | LUT | why |\n| :-- | --: | :-- |\n| a | 1 | b |"
    )


def test_every_case_of_the_options_has_words() -> None:
    assert {row["case"] for row in rows_of("docs/data/rtl_options.csv")} == set(OPTIONS)


def test_error_of_an_auc_is_the_spread_of_toys() -> None:
    """Exponential scores, for which Hanley and McNeil's formula is exact."""
    rng = np.random.default_rng(7)
    aucs = [
        auc(np.arange(200) < 100, rng.exponential(np.where(np.arange(200) < 100, 4.0, 1.0)))
        for _ in range(2000)
    ]
    assert np.mean(aucs) == pytest.approx(0.8, abs=0.003)
    assert np.std(aucs) == pytest.approx(auc_error(0.8, 100), rel=0.06)
