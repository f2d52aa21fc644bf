"""Small changes of a Python source, each of one expression within a function."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        function: in which it is, with its class. line: of the expression, from 1. lines: of the statement around it.
        before, after: the expression.
        source: the whole file with the change.
    """

    function: str
    line: int
    lines: tuple[int, int]
    before: str
    after: str
    source: str


def count(source: str) -> int:
    """How many changes a source has."""
    return sum(1 for _ in _places(ast.parse(source)))


def change(source: str, number: int) -> Change:
    """The change of a number, from 0."""
    tree = ast.parse(source)
    function, statement, node, replacement = list(_places(tree))[number]
    before = ast.unparse(node)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, replacement)
            elif isinstance(value, list):
                value[:] = [replacement if item is node else item for item in value]
    line = getattr(node, "lineno", statement.lineno)
    return Change(
        function, line, _header(statement), before, ast.unparse(replacement),
        ast.unparse(ast.fix_missing_locations(tree)),
    )  # fmt: skip


def _header(statement: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, without the block that it may have."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return statement.lineno, max(last, statement.lineno)


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, ast.expr, ast.expr]]:
    """Function, statement, expression and what replaces it."""
    for function, statement in _statements(tree.body, "", inside=False):
        if isinstance(statement, ast.Raise):  # the words of a message
            continue
        for node in _expressions(statement):
            changed = _changed(node)
            if changed is not None:
                yield function, statement, node, changed


def _statements(body: list[ast.stmt], name: str, *, inside: bool) -> Iterator[tuple[str, ast.stmt]]:
    """Every statement within a function, with the function's name."""
    for statement in body:
        named = isinstance(statement, ast.FunctionDef | ast.ClassDef)
        inner = f"{name}.{statement.name}".lstrip(".") if named else name  # type: ignore[attr-defined]
        within = inside or isinstance(statement, ast.FunctionDef)
        if inside and not named:
            yield name, statement
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, field, []), inner, inside=within)
        for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            yield from _statements(part.body, inner, inside=within)


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Expressions of a statement itself, without those of the statements in it, and without annotations."""
    for field, value in ast.iter_fields(statement):
        if field == "annotation":
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.expr):
                yield from (node for node in ast.walk(part) if isinstance(node, ast.expr))


def _changed(node: ast.expr) -> ast.expr | None:
    other = copy.deepcopy(node)
    if isinstance(other, ast.BinOp | ast.BoolOp) and type(other.op) in SWAPS:
        other.op = SWAPS[type(other.op)]()  # type: ignore[assignment]
        return other
    if isinstance(other, ast.Compare) and type(other.ops[0]) in SWAPS:
        other.ops[0] = SWAPS[type(other.ops[0])]()  # type: ignore[call-overload]
        return other
    if isinstance(other, ast.UnaryOp) and isinstance(other.op, ast.Not | ast.USub):
        return other.operand
    if isinstance(other, ast.Constant) and type(other.value) is int:
        return ast.copy_location(ast.Constant(other.value + 1), other)
    if isinstance(other, ast.Call):
        return other if _renamed(other.func) else None
    return None


def _renamed(function: ast.expr) -> bool:
    """Whether the function that is called has another one in its place now."""
    if isinstance(function, ast.Name) and function.id in NAMES:
        function.id = NAMES[function.id]
        return True
    if isinstance(function, ast.Attribute) and function.attr in NAMES:
        function.attr = NAMES[function.attr]
        return True
    return False
