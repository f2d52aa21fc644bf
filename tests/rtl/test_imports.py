"""Inside ``fpgajet.rtl`` imports run one way, lazily imported modules included; see the docstring of the package."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import fpgajet.rtl

ROOT = Path(fpgajet.rtl.__file__).parent
PACKAGES = ["ir", "trace", "passes", "share", "schedule", "write", "tools", "readback", "route"]
FILES = [
    "options",
    "clock",
    "signal_map",
    "design",
    "hardware",
    "build",
    "cuts",
    "by_operator",
    "proof",
    "mutants",
]
MODULES = sorted(
    path.relative_to(ROOT) for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem in FILES
)


@cache
def imported(module: Path) -> frozenset[tuple[str, ...]]:
    """Modules of ``fpgajet.rtl`` that a module imports anywhere, as paths from there."""
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("fpgajet.rtl."):
                parts = name.split(".")[2:]
                while parts and not (
                    ROOT.joinpath(*parts).is_dir() or ROOT.joinpath(*parts).with_suffix(".py").is_file()
                ):
                    parts.pop()
                found.add(tuple(parts))
    return frozenset(found)


def below(module: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Every module that a module needs, directly or not."""
    found: set[tuple[str, ...]] = set()
    left = [module]
    while left:
        file = Path(*left.pop()).with_suffix(".py")
        new = (imported(file) if (ROOT / file).is_file() else frozenset()) - found
        found |= new
        left += new
    return found


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_from_below(module: Path) -> None:
    order = PACKAGES + FILES
    own = order.index(module.with_suffix("").parts[0])
    for parts in imported(module):
        assert parts, f"{module} imports the whole package"
        assert order.index(parts[0]) <= own, f"{module} imports {'.'.join(parts)}"
    assert module.with_suffix("").parts not in below(module.with_suffix("").parts), "a circle"


def test_every_file_has_its_place() -> None:
    assert {path.stem for path in ROOT.glob("*.py")} == {"__init__", *FILES}
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(PACKAGES)
    text = fpgajet.rtl.__doc__ or ""
    named = [text.index(f"``{name}``") for name in PACKAGES + FILES]
    assert named == sorted(named)
