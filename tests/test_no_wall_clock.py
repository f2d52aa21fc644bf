"""No test holds a time: a loaded machine must not make one fail. Speed belongs to ``scripts/bench_*.py``."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "monotonic_ns", "perf_counter_ns", "time_ns"}


def held_times(source: str) -> list[int]:
    """Lines of assertions that read a clock or a name that was set from one."""
    tree = ast.parse(source)
    clocked: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _reads_clock(node.value, clocked):
            clocked |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert) and _reads_clock(n.test, clocked)]


def _reads_clock(expression: ast.expr, clocked: set[str]) -> bool:
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node.id in clocked:
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in CLOCKS:
            return True
    return False


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda p: str(p.relative_to(TESTS)))
def test_no_assertion_reads_a_clock(path: Path) -> None:
    assert not held_times(path.read_text(encoding="utf-8"))


def test_a_held_time_is_found() -> None:
    source = "import time\nstart = time.monotonic()\nspent = time.monotonic() - start\nassert spent < 2\n"
    assert held_times(source) == [4]
    assert held_times("import time\nassert time.perf_counter() < 3\n") == [2]
    assert not held_times("count = 3\nassert count < 4\n")
