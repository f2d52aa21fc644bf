"""Without the extras: light commands run, heavy ones name the package and the command that brings it."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from fpgajet.errors import EXTRAS, MissingTool, require_extra
from fpgajet.pipeline.jets import shipped_sample
from tests.light import light

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "tests" / "api" / "reports"


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "budgets",
        "budgets show cms-p2-ct-l2",
        "parts",
        "models",
        "data info {jets}",
        "data validate {jets}",
        "estimate npelican --part xcvu9p --budget cms-p2-ct-l2",
        "estimate npelican-n16-c2-alpha --json",
        "estimate npelican-n16-c2-log --json",
        "estimate npelican-n16-c2-trigger --json",
        "estimate lorentznet-n16 --json",
        "estimate vecnet-n16-s8v2h4 --json",
        "verdict {reports}/csynth.xml --budget cms-p2-ct-l2 --multiplicity 16",
    ],
)
def test_light_commands_need_no_extra(command: str, tmp_path: Path) -> None:
    done = light(tmp_path, *command.format(jets=shipped_sample(), reports=REPORTS).split())
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 50


@pytest.mark.parametrize(
    ("command", "extras"),
    [
        ("build --model npelican --part xcvu9p", "train,hls"),
        ("train --data nowhere --out run", "train"),
        ("eval npelican --data {jets}", "train"),
        ("compare npelican npelican-n8-c2 --data {jets}", "train"),
        ("compress npelican --data {jets} --out run", "train"),
        ("search --family npelican --data {jets} --out top", "train,search"),
        ("search report top", "search"),
        ("csim nowhere", "train,hls"),
        ("import pelican-nano nowhere.pt --out run", "train"),
        ("import weights-h nowhere.h --out run", "train"),
        ("prove nowhere", "rtl"),
        ("rtl nowhere --target ecp5-85k", "board"),
        ("rtl nowhere --part LFE5U-25F-6BG381C", "board"),
        ("board run nowhere --port simulation", "board"),
        ("board build npelican-n8-c2", "train,hls"),
        ("data plot {jets} --out plot.svg", "plot"),
        ("data generate --out jets --jets 10", "gen"),
    ],
)
def test_heavy_commands_name_what_is_missing_and_write_nothing(
    command: str, extras: str, tmp_path: Path
) -> None:
    done = light(tmp_path, *command.format(jets=shipped_sample()).split())
    assert done.returncode == MissingTool.exit_code, done.stderr
    assert f"pip install 'fpgajet[{extras}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_package_is_in_the_extra_that_is_named() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for package, extra in EXTRAS.items():
        assert any(package in line.replace("-", "_") for line in declared["optional-dependencies"][extra]), (
            package
        )
        assert not any(line.startswith(package) for line in declared["dependencies"]), package


def test_an_installed_package_is_no_error() -> None:
    require_extra("torch", "onnxruntime")


def test_what_code_asks_for_is_in_the_table() -> None:
    """Else a missing package would be a fault of fpgajet, not a sentence that names the extra."""
    asked = set()
    for path in (*ROOT.glob("fpgajet/**/*.py"), *ROOT.glob("quant/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "require_extra",
                "missing_extra",
            ):
                asked |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    assert len(asked) > 8
    assert asked <= EXTRAS.keys()
