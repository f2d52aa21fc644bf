"""Imports run one way, function-level ones included: a package imports only from those below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from fpgajet.pipeline.code import imports

ROOT = Path(__file__).parents[1]
#: Bottom to top. Packages of one line may import each other as long as there is no circle.
LADDER = (
    (
        "fpgajet.errors",
        "fpgajet.files",
        "fpgajet.folders",
        "fpgajet.quoting",
        "fpgajet.processes",
        "fpgajet.executor",
        "fpgajet.compiled",
        "fpgajet.signals",
        "fpgajet.fixed",
        "fpgajet.plotting",
    ),
    ("fpgajet.ops",),
    ("fpgajet.devices",),
    ("fpgajet.graph",),
    ("fpgajet.scalars",),
    ("fpgajet.verify",),
    ("fpgajet.prove",),
    ("fpgajet.hls", "fpgajet.hls4ml", "fpgajet.rtl", "fpgajet.export"),
    ("fpgajet.estimate",),
    ("quant.data", "quant.metrics", "quant.overlap", "quant.quantisers", "quant.arithmetic"),
    ("quant.models",),
    (
        "quant.checkpoint_schema",
        "quant.checkpoint",
        "quant.checkpoint_network",
        "quant.zoo",
        "quant.seen_jets",
        "quant.regression",
    ),
    ("quant.training",),
    ("quant.compression", "quant.evaluation", "quant.explanation", "quant.comparison", "quant.importing"),
    ("fpgajet.report", "fpgajet.physics"),
    ("fpgajet.search",),
    ("fpgajet.pipeline",),
    ("fpgajet.api",),
    ("fpgajet.cli",),
    ("fpgajet.__main__",),
)
RANK = {package: rank for rank, line in enumerate(LADDER) for package in line}


def modules() -> Iterator[str]:
    for folder in ("fpgajet", "quant"):
        for path in (ROOT / folder).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__")


def package(module: str) -> str:
    return ".".join(module.split(".")[:2])


#: Every import of one module by another of a different package; the top packages hold nothing but the version.
EDGES = {
    (module, imported)
    for module in modules()
    for imported in imports(module, type_checking=True)
    if package(module) != package(imported) and "." in module and "." in imported
}


@pytest.mark.parametrize("name", sorted({package(m) for m in modules()} - {"fpgajet", "quant"}))
def test_a_package_imports_only_from_below(name: str) -> None:
    assert name in RANK, f"{name} has no place on the ladder"
    upwards = [
        f"{module} -> {imported}"
        for module, imported in sorted(EDGES)
        if package(module) == name and RANK[package(imported)] > RANK[name]
    ]
    assert upwards == []


def test_there_is_no_circle_of_packages() -> None:
    assert circle((package(module), package(imported)) for module, imported in EDGES) == []


def test_there_is_no_circle_of_modules() -> None:
    """Within packages too. A package's own ``__init__`` runs before each of its modules: that is no import."""
    edges = ((m, i) for m in modules() for i in imports(m) if not f"{m}.".startswith(f"{i}."))
    assert circle(edges) == []


def test_a_circle_is_found() -> None:
    assert circle([("a", "b"), ("b", "c")]) == []
    assert set(circle([("a", "b"), ("b", "c"), ("c", "a")])) == {"a", "b", "c"}


def test_every_kind_of_import_is_seen(tmp_path: Path) -> None:
    """The scan is what keeps the ladder: compare it with every import statement in one file that has all kinds."""
    path = ROOT / "fpgajet" / "pipeline" / "context.py"
    written = {
        node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("fpgajet.", "quant."))
    }
    assert written <= imports("fpgajet.pipeline.context", type_checking=True)
    assert "quant.models.quantised" not in imports("fpgajet.pipeline.context"), "for type checking only"
    assert "fpgajet.estimate" in imports("fpgajet.pipeline.context"), "within a function"


def circle(edges: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[str]:
    """One circle, if there is any."""
    graph: dict[str, set[str]] = {}
    for source, target in edges:
        graph.setdefault(source, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
