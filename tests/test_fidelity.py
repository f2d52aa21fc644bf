"""What docs/fidelity.md names exists, and its counts are those of the code."""

from __future__ import annotations

import ast
import itertools
import re
import shlex

import pytest
from annotated_types import Ge, Le

from quant.checkpoint import open_checkpoint
from quant.models.npelican.architecture import Architecture
from quant.models.vecnet.hyperparameters import VecNetHyperparameters
from quant.training.read_settings import read_settings
from quant.zoo import resolve
from studies.docs_tables.markers import DOCS, ROOT

TEXT = (DOCS / "fidelity.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SCRIPT = re.compile(r"`python (scripts/\w+\.py)[^`]*`")
STATUS = ("same", "option", "deviates", "missing", "see ")


def rows(columns: int) -> list[list[str]]:
    """Cells of all rows of that many columns, without heads."""
    lines = [line for line in TEXT.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heads = {i - 1 for i, row in enumerate(cells) if set("".join(row)) <= set(":- ")}
    return [row for i, row in enumerate(cells) if len(row) == columns and not {i, i - 1} & heads]


def defined(path: str) -> set[str]:
    """Names of the functions of a module."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_line_names_a_status_and_what_shows_it() -> None:
    found = rows(4)
    assert len(found) > 40
    for row in found:
        assert row[2].startswith(STATUS), row
        assert TEST.fullmatch(row[3]) or SCRIPT.fullmatch(row[3]), row


def test_the_tests_and_scripts_that_are_named_exist() -> None:
    for path, name in TEST.findall(TEXT):
        assert name.startswith("test_"), name
        assert name in defined(path), f"{path}::{name}"
    for path in SCRIPT.findall(TEXT):
        assert (ROOT / path).is_file(), path


def test_the_trainings_that_are_named_are_possible() -> None:
    commands = re.findall(r"`(fpgajet train [^`]*)`", TEXT)
    assert commands
    for command in commands:
        words = shlex.split(command)
        assignments = [value for key, value in itertools.pairwise(words) if key == "--set"]
        read_settings(None, [f"model={words[words.index('--model') + 1]}", *assignments])


def test_counts_are_those_of_the_code() -> None:
    found = rows(5)
    assert len(found) == 13
    for name, *counts in found:
        family = re.fullmatch(r"(nPELICAN|nPELICAN_N), C = (\d+)", name)
        if family:
            sizes = Architecture(16, int(family[2]), alpha=family[1] == "nPELICAN_N")
            known = (sizes.parameters, sizes.parameters_absorbed, sizes.parameters_published)
            absorbed = sizes.published_absorbed
        else:
            model = open_checkpoint(resolve(name.strip("`"))).config.model
            known, absorbed = (model.parameters, model.parameters_absorbed, model.parameters_published), None
        assert counts == ["-" if x is None else str(x) for x in (*known, absorbed)], name


def test_ranges_of_vecnet_are_the_papers() -> None:
    """Appendix table 1 (a); channels may be 0 here, which the paper's text has and its logarithmic range cannot."""
    for name, least, most in [
        ("edge_layers", 1, 3), ("node_layers", 0, 3), ("iterations", 1, 6), ("scalar", 0, 256), ("vector", 0, 256),
        ("hidden", 0, 256), ("neighbours", 0, 32),
    ]:  # fmt: skip
        limits = VecNetHyperparameters.model_fields[name].metadata
        assert [x.ge for x in limits if isinstance(x, Ge)] == [least], name
        assert [x.le for x in limits if isinstance(x, Le)] == [most], name
    for activation in ("relu", "silu", "tanh"):
        assert read_settings(None, ["model=vecnet", f"activation={activation}"]).activation == activation


@pytest.mark.parametrize("shortcut", ["none", "concat"])
def test_the_largest_vecnet_of_the_efficient_widths_has_fewer_than_15k_parameters(shortcut: str) -> None:
    from math import prod

    from quant.models.messages.plan import Unrounded

    most = ["iterations=6", "edge_layers=3", "node_layers=3", f"shortcut={shortcut}"]
    settings = read_settings(None, ["model=vecnet", "scalar=8", "vector=2", "hidden=4", *most])
    plan = settings.plan(Unrounded(settings.bits.front()))
    count = sum(prod(parameter.shape) for parameter in plan.parameters.values())
    assert count == {"none": 4463, "concat": 7167}[shortcut]
