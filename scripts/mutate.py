"""Mutants of the core: small seeded changes of the source that some test must notice.

    python scripts/mutate.py --minutes 30 --seed 0 --out FILE

Each mutant is a copy of the tracked files with one change in one function: a comparison turned at its bound, ``+``
for ``-``, a shift the other way, ``min`` for ``max``, ``and`` for ``or``, a whole number one higher. The tests of
that file's package run against it until the first failure; they must pass before anything is changed. A mutant that
all tests pass has survived; one whose tests exceed the limit is counted apart, and not as killed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fpgajet.files import write_json

ROOT = Path(__file__).resolve().parents[1]
#: What is mutated, and the tests that must notice.
TARGETS = {
    "fpgajet/fixed.py": ["tests/test_fixed.py", "tests/ops"],
    "fpgajet/ops": ["tests/ops"],
    "fpgajet/verify": ["tests/verify"],
    "fpgajet/estimate/verdict.py": ["tests/estimate"],
    "fpgajet/rtl": ["tests/rtl"],
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}


def main() -> None:
    """Draw mutants until the time is over; write how many were killed and which survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for the tests of one mutant")
    parser.add_argument("--only", default="", help="start of the paths to mutate")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    rng, end = random.Random(chosen.seed), time.monotonic() + 60 * chosen.minutes
    files = [
        (p, tests)
        for target, tests in TARGETS.items()
        for p in _files(target)
        if _relative(p).startswith(chosen.only)
    ]
    every = [(p, tests, k) for p, tests in files for k in range(len(_places(ast.parse(p.read_text()))))]
    rng.shuffle(every)
    outcomes: Counter[str] = Counter()
    survivors: list[str] = []
    sound: set[tuple[str, ...]] = set()  # tests that pass unchanged
    with tempfile.TemporaryDirectory() as folder:
        work = _copy(Path(folder) / "work")
        for path, tests, number in every:
            if time.monotonic() >= end:
                break
            if tuple(tests) not in sound:
                if _outcome(work, tests, 600) != "survived":
                    raise SystemExit(f"{tests} do not pass without a change: nothing can be learnt from them")
                sound.add(tuple(tests))
            source, words = mutant(path.read_text(encoding="utf-8"), number)
            (work / _relative(path)).write_text(source, encoding="utf-8")
            outcome = _outcome(work, tests, chosen.limit)
            shutil.copy(path, work / _relative(path))
            outcomes[outcome] += 1
            print(f"{outcome:8s} {_relative(path)}: {words}", flush=True)
            if outcome == "survived":
                survivors.append(f"{_relative(path)}: {words}")
    ran = sum(outcomes.values())
    killed = outcomes["killed"]
    result = {
        "seed": chosen.seed, "minutes": chosen.minutes, "limit_seconds": chosen.limit, "only": chosen.only,
        "possible": len(every), "ran": ran, "outcomes": dict(outcomes),
        "killed_share": killed / ran if ran else None, "survivors": survivors,
    }  # fmt: skip
    write_json(chosen.out, result)
    print(f"{killed} of {ran} mutants killed ({len(every)} possible)")


def mutant(source: str, number: int) -> tuple[str, str]:
    """The source with the change of this number, and the change in words."""
    tree = ast.parse(source)
    node, replacement = _places(tree)[number]
    before = ast.unparse(node)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, replacement)
            elif isinstance(value, list):
                value[:] = [replacement if item is node else item for item in value]
    line = getattr(node, "lineno", 0)
    return ast.unparse(
        ast.fix_missing_locations(tree)
    ), f"line {line}: {before} -> {ast.unparse(replacement)}"


def _places(tree: ast.Module) -> list[tuple[ast.AST, ast.AST]]:
    """Expressions within functions, each with what replaces it."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    nodes = {id(n): n for f in functions for statement in f.body for n in ast.walk(statement)}
    return [(node, changed) for node in nodes.values() if (changed := _changed(node)) is not None]


def _changed(node: ast.AST) -> ast.AST | None:
    other = copy.deepcopy(node)
    if isinstance(other, ast.BinOp | ast.BoolOp) and type(other.op) in SWAPS:
        other.op = SWAPS[type(other.op)]()  # type: ignore[assignment]
        return other
    if isinstance(other, ast.Compare) and type(other.ops[0]) in SWAPS:
        other.ops[0] = SWAPS[type(other.ops[0])]()  # type: ignore[call-overload]
        return other
    if isinstance(other, ast.Constant) and type(other.value) is int:
        other.value += 1
        return other
    if isinstance(other, ast.Call):
        function = other.func
        if isinstance(function, ast.Name) and function.id in NAMES:
            function.id = NAMES[function.id]
            return other
        if isinstance(function, ast.Attribute) and function.attr in NAMES:
            function.attr = NAMES[function.attr]
            return other
    return None


def _outcome(work: Path, tests: list[str], limit: float) -> str:
    """One of "killed", "limit" (the tests took too long) or "survived"."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {
        **os.environ,
        "PYTHONPATH": str(work),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    process = subprocess.Popen(
        command, cwd=work, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )  # fmt: skip
    try:
        return "survived" if process.wait(timeout=limit) == 0 else "killed"
    except subprocess.TimeoutExpired:
        return "limit"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()


def _copy(work: Path) -> Path:
    """The repository without what git ignores, for the mutants; its own tests pass there or nothing is shown."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    return work


def _files(target: str) -> list[Path]:
    path = ROOT / target
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    main()
