"""The digest of a stage's code: what must run a stage again, and what must not."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from fpgajet.pipeline import code, code_cache, rtl_stages, stages
from fpgajet.pipeline.record import Stage
from tests.pipeline.contexts import context_of

FILES = {
    "fpgajet/__init__.py": "",
    "fpgajet/stage.py": "import fpgajet.table\n\ndef run():\n    from quant import late\n    return late.X\n",
    "fpgajet/table/__init__.py": "from fpgajet.table.rows import ROWS\n",
    "fpgajet/table/rows.py": '"""Rows."""\n\nROWS = 3  # of them\n',
    "fpgajet/table/data/fit.toml": "a = 1\n",
    "fpgajet/table/notes.md": "notes\n",
    "fpgajet/other.py": "Y = 1\n",
    "quant/__init__.py": "",
    "quant/late.py": "from __future__ import annotations\n\nX = 1\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(code, "ROOT", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (code.code_digest, code.imports, code.module_digest, code._facts, code._file):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("name", "text", "changes"),
    [
        ("fpgajet/table/rows.py", '"""Other words."""\n\n\nROWS = 3\n', False),
        ("fpgajet/table/rows.py", '"""Rows."""\n\nROWS = 4\n', True),
        ("quant/late.py", "X = 2\n", True),
        ("fpgajet/table/data/fit.toml", "a = 2\n", True),
        ("fpgajet/table/notes.md", "other notes\n", False),
        ("fpgajet/other.py", "Y = 2\n", False),
    ],
)
def test_what_changes_the_digest(tree: Path, name: str, text: str, changes: bool) -> None:
    before = code.code_digest(("fpgajet.stage",))
    forget()
    assert code.code_digest(("fpgajet.stage",)) == before
    (tree / name).write_text(text)
    forget()
    assert (code.code_digest(("fpgajet.stage",)) != before) is changes


def test_docstrings_of_classes_and_functions_do_not_count() -> None:
    documented = 'class A:\n    """Doc."""\n\n    def f(self):\n        """Doc."""\n        return "text"\n'
    bare = 'class A:\n    def f(self):\n        return "text"  # a comment\n'
    assert code.source_digest(documented) == code.source_digest(bare)
    assert code.source_digest(bare) != code.source_digest(bare.replace("text", "other"))


def test_a_module_that_is_not_there_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="no module"):
        code.code_digest(("fpgajet.nowhere",))


def all_stages(root: Path) -> dict[str, tuple[Stage, object]]:
    """Every stage of a build with the function that makes it."""
    makers = {
        name: maker
        for module in (stages, rtl_stages)
        for name, maker in inspect.getmembers(module, inspect.isfunction)
        if name.endswith("_stage") and maker.__module__ == module.__name__
    }
    more = {"certificate_stage": ({"hls", "rtl"},), "cells_stage": (True,)}
    context = context_of(root)
    return {name: (maker(context, *more.get(name, ())), maker) for name, maker in makers.items()}


def test_every_stage_declares_the_code_that_it_runs(tmp_path: Path) -> None:
    """What its function imports, and what opens the parts of the context that it uses."""
    opened = {
        "network": "fpgajet.graph.load",
        "model": "fpgajet.graph.load",
        "checkpoint": "quant.checkpoint",
        "trained": "quant.checkpoint",
        "sample": "fpgajet.pipeline.jets",
        "estimate": "fpgajet.estimate",
    }
    found = all_stages(tmp_path)
    assert len(found) == 11
    for name, (stage, maker) in found.items():
        declared = code.closure(stage.code)
        used = set()
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(maker)))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("fpgajet.", "quant.")):
                used.add(node.module)
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in (
                "context",
                "context.artefacts",
            ):
                used |= {opened[node.attr]} if node.attr in opened else set()
        assert used <= declared, name


def test_the_command_line_and_the_report_are_no_part_of_a_proof(tmp_path: Path) -> None:
    stage, _ = all_stages(tmp_path)["certificate_stage"]
    reached = code.closure(stage.code)
    assert not [m for m in reached if m.startswith(("fpgajet.cli", "fpgajet.report", "fpgajet.estimate"))]
    assert {"fpgajet.hls.csim", "fpgajet.rtl.build", "fpgajet.graph.run", "quant.quantisers"} <= reached


def test_a_second_process_parses_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What one process read from the sources the next one takes from the cache; a changed source is read again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    parsed = []
    digest_of = code.source_digest

    def counted(source: str) -> str:
        parsed.append(source)
        return digest_of(source)

    def next_process() -> str:
        forget()
        code_cache._kept.cache_clear()
        code._read.clear()
        parsed.clear()
        return code.code_digest(("fpgajet.stage",))

    monkeypatch.setattr(code, "source_digest", counted)
    first = next_process()
    assert parsed
    assert next_process() == first
    assert not parsed
    (tree / "fpgajet/table/rows.py").write_text("ROWS = 5\n")
    assert next_process() != first
    assert parsed == ["ROWS = 5\n"]
    code_cache._kept.cache_clear()


def test_a_folder_that_others_may_write_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    code_cache.keep({"key": {"imports": [], "digest": "forged"}})
    code_cache._kept.cache_clear()
    assert code_cache.remembered("key") is not None
    (tmp_path / "fpgajet").chmod(0o777)
    code_cache._kept.cache_clear()
    assert code_cache.remembered("key") is None
    code_cache._kept.cache_clear()
