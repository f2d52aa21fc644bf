"""A digest of the code that a stage runs: only a change that can change its result runs it again.

The modules are found without importing them: those that a stage names, and everything of ours that they import,
functions' own imports included. Of each counts the syntax tree, without docstrings and comments.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import fpgajet
from fpgajet.pipeline.code_cache import Facts, keep, key_of, remembered

ROOT = Path(fpgajet.__file__).resolve().parents[1]
OURS = ("fpgajet", "quant")
#: Files beside the modules that are part of the code: calibrations, our C++, Verilog and VHDL.
DATA = {".toml", ".json", ".h", ".cpp", ".v", ".vhd"}
#: The C++ headers lie outside the package that writes them into projects; in a wheel, inside ``fpgajet``.
FIRMWARE = {"fpgajet.hls.resources": ("firmware", "fpgajet/_firmware")}
#: Results with a digest of their own: a build reads its own checkpoint.
NOT_CODE = ("quant/zoo",)
#: Facts of the modules that this process has looked at, by the key of their source.
_read: dict[str, Facts] = {}


@cache
def code_digest(roots: tuple[str, ...]) -> str:
    """SHA-256 over the modules that can be reached from these, and over the data beside them."""
    modules = closure(roots)
    parts = [f"{name} {module_digest(name)}" for name in sorted(modules)]
    folders = {path.parent for path in map(_file, modules) if path}
    extra = {ROOT / folder for name in modules for folder in FIRMWARE.get(name, ())}
    files = {p for folder in folders for p in folder.iterdir()}
    files |= {p for folder in folders - {ROOT / ours for ours in OURS} for p in _beside(folder)}
    files |= {p for folder in extra if folder.is_dir() for p in folder.rglob("*")}
    for path in sorted(p for p in files if p.suffix in DATA and p.is_file()):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(NOT_CODE):
            parts.append(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    keep(_read)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def closure(roots: Collection[str]) -> frozenset[str]:
    """Our modules that can be reached from these by imports, at the top or within functions."""
    found: set[str] = set()
    for root in roots:
        assert _file(root), f"there is no module {root}"
    left = [name for root in roots for name in _with_packages(root)]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += imports(name)
    return frozenset(found)


@cache
def imports(name: str, *, type_checking: bool = False) -> frozenset[str]:
    """Our modules that a module imports, with the packages they lie in.

    Args:
        type_checking: those that only a type checker imports as well.
    """
    path = _file(name)
    assert path is not None, f"there is no module {name}"
    named = _named(name, path.read_text(encoding="utf-8"), type_checking) if type_checking else None
    ours = _facts(name)["imports"] if named is None else named
    return frozenset(module for name in ours for module in _with_packages(name))


def _named(name: str, source: str, type_checking: bool) -> list[str]:
    """What the import statements of a module name, as far as it may be ours."""
    path = _file(name)
    package = name if path and path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    tree = ast.parse(source)
    for node in ast.walk(tree) if type_checking else runtime_nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    [*package.split(".")[: len(package.split(".")) - node.level + 1], base]
                ).strip(".")
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return sorted(module for module in found if module.split(".")[0] in OURS)


@cache
def _facts(name: str) -> Facts:
    """Imports and digest of a module, from its source or, if an earlier process read the same, from the cache."""
    path = _file(name)
    assert path is not None, f"there is no module {name}"
    source = path.read_text(encoding="utf-8")
    key = key_of(f"{name} {path.name}", source)
    facts = remembered(key)
    if facts is None:
        facts = Facts(imports=_named(name, source, type_checking=False), digest=source_digest(source))
    _read[key] = facts
    return facts


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but the bodies of ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for other in node.orelse:
                yield other
                yield from runtime_nodes(other)
            continue
        yield node
        yield from runtime_nodes(node)


@cache
def module_digest(name: str) -> str:
    """SHA-256 of a module's syntax tree without docstrings."""
    return _facts(name)["digest"]


def source_digest(source: str) -> str:
    """SHA-256 of Python code; comments, docstrings and layout do not count."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not _is_text(statement)]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _with_packages(name: str) -> list[str]:
    """A module and the packages it lies in, whose ``__init__`` runs first."""
    words = name.split(".")
    names = [".".join(words[: n + 1]) for n in range(len(words))]
    return [name for name in names if _file(name)]


@cache
def _file(name: str) -> Path | None:
    """The source of one of our modules, None if there is no such module."""
    base = ROOT.joinpath(*name.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def _beside(folder: Path) -> Iterator[Path]:
    """Files in the folders beside a package's modules that are no packages, as ``data`` and ``library``."""
    for path in folder.iterdir():
        if path.is_dir() and not (path / "__init__.py").is_file():
            yield from path.rglob("*")
