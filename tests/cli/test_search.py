"""``fpgajet search`` as a user sees it: what is refused, a search, its table, a kill, its report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fpgajet.cli import _register, app
from fpgajet.errors import BadInput
from tests.quant.jets import write_labelled_jets
from tests.search.spaces import SPACE
from tests.search.test_space import written

if not app.registered_commands:
    _register()  # all: other tests of this process look for the others


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with jets and a space."""
    folder = tmp_path_factory.mktemp("search-cli")
    written(folder, {"space": {name: SPACE["space"][name] for name in ("constituents", "bits.weight")}})
    write_labelled_jets(folder / "jets", 100, 100, 100)
    return folder


def invoke(place: Path, out: Path, *options: str) -> Result:
    words = ["search", "--data", str(place / "jets"), "--out", str(out), "--space", str(place / "space.toml")]
    return CliRunner().invoke(app, [*words, *options])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--objectives", "speed"], "no objective 'speed'"),
        (["--sampler", "grid"], "no sampler 'grid'"),
        (["--budget", "cms"], "unknown budget 'cms'"),
        (["--family", "vecnet"], "not of 'vecnet'"),
        (["--data", "nowhere"], "nowhere"),
        (["--storage", "nothing"], "--storage cannot be used"),
    ],
)
def test_bad_options_are_named(options: list[str], message: str, place: Path, tmp_path: Path) -> None:
    result = invoke(place, tmp_path / "out", *options)
    assert isinstance(result.exception, BadInput), result.output
    assert message in str(result.exception)
    assert not (tmp_path / "out" / "trials").exists()


def test_help_gives_an_example_and_the_report() -> None:
    said = CliRunner().invoke(app, ["search", "--help"], env={"COLUMNS": "200"}).stdout
    assert "Example: fpgajet search --family npelican" in said
    assert "Write DIR/search.html" in said


def test_data_and_out_are_needed() -> None:
    for words, missing in ((["--trials", "3"], "--data"), (["--data", "x"], "--out")):
        result = CliRunner().invoke(app, ["search", *words])
        assert isinstance(result.exception, BadInput)
        assert str(result.exception).startswith(f"{missing} is needed")


def test_a_report_of_no_search(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["search", "report", str(tmp_path)])
    assert isinstance(result.exception, BadInput)
    assert "holds no search" in str(result.exception)


def test_a_search_and_its_report(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "top"
    result = invoke(place, out, "--objectives", "auc,lut", "--trials", "1", "--json")
    found = json.loads(result.stdout)
    assert found["trials"] == {"complete": 1}
    (row,) = found["front"]
    assert (out / "trials" / row["run"] / "model.json").is_file()
    assert CliRunner().invoke(app, ["search", "report", str(out)]).exit_code == 0
    shown = CliRunner().invoke(app, ["search", "report", str(out), "--json"])
    assert json.loads(shown.stdout)["front"] == found["front"]
    assert (out / "search.html").is_file()
