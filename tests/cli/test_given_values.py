"""A value that was given is used or refused, zero and the empty text too: a default is for what was not given."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fpgajet.errors import BadInput
from fpgajet.pipeline.build_settings import BuildSettings, load_settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clock_mhz", 0.0), ("clock_mhz", -1.0), ("clock_mhz", 0.5), ("clock_mhz", 1e6), ("clock_mhz", float("nan")),
        ("part", ""), ("model", ""), ("budget", ""), ("reuse_factor", 0), ("ii", 0), ("edge_vectors", 0),
        ("max_jets", 0), ("stages", 0), ("seed", -1), ("test_bench_jets", 0),
    ],
)  # fmt: skip
def test_settings_of_a_build(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=f"^{name} = "):
        load_settings(None, **{name: value})


def test_the_reuse_factor_that_was_given_counts() -> None:
    assert BuildSettings(reuse_factor=1, ii=4).hls_ii == 1
    assert BuildSettings(ii=4).hls_ii == 4


#: Modules and expressions in which ``or`` chooses between values that no user gives as zero or empty.
ALLOWED = {
    ("fpgajet/pipeline", "reporter or Silent()"), ("fpgajet/pipeline", "stream or sys.stderr"),
    ("fpgajet/pipeline", "certificate.first_difference or {}"), ("fpgajet/pipeline", "node.module or ''"),
    ("fpgajet/pipeline", "path_digest(context.source) or ''"),
    ("fpgajet/pipeline", "command or command_text(settings, out)"),
    ("fpgajet/pipeline", "self._work or ScratchFolder('fpgajet-csim-')"),
    ("fpgajet/pipeline", "self._library or self.compile()"), ("fpgajet/pipeline", "path_digest(self.jets) or ''"),
    ("fpgajet/pipeline", "', '.join(unknown) or 'none'"), ("fpgajet/pipeline", "', '.join(found.files) or 'none'"),
    ("fpgajet/pipeline", "settings.jets or shipped_sample(model.class_names, model.form.objects)"),
    ("fpgajet/pipeline", "lut or 0"), ("fpgajet/pipeline", "self.shared_features or (self.model,)"),
    ("fpgajet/pipeline", "path_digest(path) or ''"),
}  # fmt: skip


def test_no_or_chooses_a_default_in_the_pipeline() -> None:
    found = set()
    for path in sorted((ROOT / "fpgajet" / "pipeline").glob("*.py")):
        conditions = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            tests = [node.test] if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert) else []
            tests += node.ifs if isinstance(node, ast.comprehension) else []
            conditions |= {id(inner) for test in tests for inner in ast.walk(test)}
            if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and id(node) not in conditions:
                ends = [v for v in node.values if not isinstance(v, ast.Compare)]
                if len(ends) > 1 or not any(isinstance(v, ast.Compare) for v in node.values):
                    found.add(("fpgajet/pipeline", ast.unparse(node)))
    assert found - ALLOWED == set()
