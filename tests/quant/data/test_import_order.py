"""Inside ``quant.data`` imports run one way, function-level ones included; the docstring's list is the order."""

from __future__ import annotations

import ast
from pathlib import Path

import quant.data

ORDER = (
    "jets",
    "classes",
    "targets",
    "problems",
    "reading",
    "writing",
    "checking",
    "describing",
    "conversion",
    "generation",
)
ROOT = Path(quant.data.__file__).parent


def imported(source: Path) -> set[str]:
    """The packages of quant.data that a module imports, at any depth."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            if name == "quant.data":
                found.add("")
            elif name.startswith("quant.data."):
                found.add(name.split(".")[2])
    return found


def test_imports_run_one_way() -> None:
    sources = [path for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem in ORDER]
    assert len(sources) > 40
    for source in sources:
        own = source.relative_to(ROOT).parts[0].removesuffix(".py")
        below = set(ORDER[: ORDER.index(own) + 1])
        assert imported(source) <= below, source


def test_every_module_is_in_the_list() -> None:
    held = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert held == {*ORDER, "__init__"}
    for name in ORDER:
        assert f"``{name}``" in (quant.data.__doc__ or "")
